// The connection to the console's process: opens it, notices when it is lost or falls silent, and opens it again.
// While the page can't be seen it is closed, so that the wall's machine makes no pictures for nobody.

const SILENCE_MS = 4000; // the status comes twice a second
const SOONEST_MS = 300;
const LATEST_MS = 3000;
const KINDS = { 0xff: "picture", 0x89: "silhouettes", 0x42: "blind" };

/** Calls status(object), picture(Blob), silhouettes(Blob), blind(Blob), other(message) and state("connecting" | "open" | "lost")
 *  for as long as the page lives. Gives say([address, value...]), which is false while there is nobody to hear it. */
export function connect(calls) {
  const { status, state, other = () => {} } = calls;
  let socket = null;
  let attempts = 0;
  let watchdog = 0;
  let retry = 0;

  function open() {
    clearTimeout(retry);
    if (socket || document.hidden) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const opened = new WebSocket(`${scheme}://${location.host}/preview`);
    socket = opened;
    opened.binaryType = "blob";
    opened.onmessage = (event) => {
      if (socket !== opened) return;
      alive();
      if (typeof event.data !== "string") {
        sort(event.data);
        return;
      }
      if (attempts !== 0 || !opened.told) state("open");
      opened.told = true;
      attempts = 0;
      const message = JSON.parse(event.data);
      if (message.status) status(message.status);
      else other(message);
    };
    opened.onclose = () => lose(opened);
    alive();
  }

  /** Pictures of the canvas are JPEG, silhouettes PNG; that of the next cue has a letter before it. The first byte tells. */
  async function sort(blob) {
    const [first] = new Uint8Array(await blob.slice(0, 1).arrayBuffer());
    const kind = KINDS[first];
    calls[kind]?.(kind === "blind" ? blob.slice(1) : blob);
  }

  function alive() {
    clearTimeout(watchdog);
    const watched = socket;
    watchdog = setTimeout(() => lose(watched), SILENCE_MS);
  }

  function drop() {
    clearTimeout(watchdog);
    clearTimeout(retry);
    if (socket === null) return;
    socket.onclose = socket.onmessage = null;
    socket.close();
    socket = null;
  }

  function lose(lost) {
    if (socket !== lost || lost === null) return;
    drop();
    state("lost");
    retry = setTimeout(open, Math.min(SOONEST_MS * 2 ** attempts, LATEST_MS));
    attempts += 1;
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      drop();
      state("connecting"); // for when it is seen again: what it shows is old by then
    } else {
      attempts = 0;
      open();
    }
  });
  state("connecting");
  open();
  return function say(message) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  };
}
