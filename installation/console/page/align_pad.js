// The drawing of one output with the points of one surface. A tap chooses the nearest point, a drag moves it; with `fine`, or far
// from every point, a drag anywhere moves the chosen one by a fifth of its way. What is moved is drawn at once, and what the
// engine says of it counts again half a second after it was let go.

const NEAR = 30; // pixels of the page within which a finger means a point
const TREMBLE = 5; // pixels that are no drag yet
const FINE = 0.2;
const HELD_MS = 500;
const MARGIN = 24; // around the output, so that a point on its edge can be touched
const BEYOND = 0.6; // of the output, that is shown of a surface which goes beyond it
const NOTHING = { rows: 0, columns: 0, kind: "corners", points: new Float32Array(0) };

/** Draws on `canvas`, and calls choose(row, column), move(x, y, row, column) while a finger moves, looked() after each drawing.
 *  Places are 0..1 of the output, y up; row -1 means all points together. */
export function pad(canvas, { choose, move, looked }) {
  let shown = { size: [16, 9], selected: { row: 0, column: 0 }, editable: false, ...NOTHING };
  let view = { scale: 1, left: 0, base: 0 }; // pixels of the page for one of the output, and where its lower left corner is
  let drag = null;
  let held = null; // what hands have moved: { row, column, at, until }
  let chosen = null; // what hands have chosen: { row, column, until }
  let refused = 0; // until when it shows that a point can't lie where a hand has put it
  let waiting = 0;
  let timer = 0;
  const ways = { fine: false, zoom: 1 };

  const now = () => performance.now();
  const selected = () => (chosen && chosen.until > now() ? chosen : shown.selected);
  const place = (index) => [shown.points[2 * index], shown.points[2 * index + 1]];

  /** Where something that can be chosen lies: a point, or the middle of all of them. */
  function placeOf({ row, column }) {
    if (held && held.row === row && held.column === column && held.until > now()) return held.at;
    if (row >= 0) return place(row * shown.columns + column);
    const sum = [0, 0];
    for (let index = 0; index < shown.points.length; index += 1) sum[index % 2] += shown.points[index];
    return sum.map((one) => one / (shown.points.length / 2));
  }

  /** All points as they are to be drawn: with what hands have moved, where they have moved it. */
  function places() {
    if (!held || held.until <= now()) return shown.points;
    const points = Float32Array.from(shown.points);
    if (held.row >= 0) {
      points.set(held.at, 2 * (held.row * shown.columns + held.column));
      return points;
    }
    const before = placeOf({ row: -1, column: -2 }); // as the engine has it
    for (let index = 0; index < points.length; index += 1) points[index] += held.at[index % 2] - before[index % 2];
    return points;
  }

  const onPage = (x, y) => [view.left + x * shown.size[0] * view.scale, view.base - y * shown.size[1] * view.scale];

  /** Fits what is to be seen into the canvas; not while something is dragged, or it would run away from the finger. */
  function look() {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const box = [0, 0, 1, 1];
    const points = shown.points;
    for (let index = 0; index < points.length; index += 1) {
      const axis = index % 2;
      box[axis] = Math.max(Math.min(box[axis], points[index]), -BEYOND);
      box[axis + 2] = Math.min(Math.max(box[axis + 2], points[index]), 1 + BEYOND);
    }
    const [wide, high] = [(box[2] - box[0]) * shown.size[0], (box[3] - box[1]) * shown.size[1]];
    const scale = Math.min((width - 2 * MARGIN) / wide, (height - 2 * MARGIN) / high) * ways.zoom;
    const [x, y] = ways.zoom > 1 && points.length ? placeOf(selected()) : [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    view = { scale, left: width / 2 - x * shown.size[0] * scale, base: height / 2 + y * shown.size[1] * scale };
  }

  function nearest(x, y) {
    const points = places();
    let [found, least] = [-1, NEAR * NEAR];
    for (let index = 0; index < points.length / 2; index += 1) {
      const [left, top] = onPage(points[2 * index], points[2 * index + 1]);
      const far = (left - x) ** 2 + (top - y) ** 2;
      if (far < least) [found, least] = [index, far];
    }
    return found < 0 ? null : { row: Math.floor(found / shown.columns), column: found % shown.columns };
  }

  // -- drawing ---------------------------------------------------------------------------------------------------------

  function draw() {
    if (!waiting) waiting = requestAnimationFrame(paint);
  }

  function paint() {
    waiting = 0;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || !height) return;
    const pixels = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
    if (!drag && !(held && held.until > now())) look();
    const style = getComputedStyle(canvas);
    const known = {};
    const colour = (name) => (known[name] ??= style.getPropertyValue(name)); // asked for each of 9409 points
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const [left, top] = onPage(0, 1);
    const [right, bottom] = onPage(1, 0);
    pen.fillStyle = "#000";
    pen.fillRect(left, top, right - left, bottom - top);
    pen.lineWidth = 1;
    pen.strokeStyle = colour("--soft");
    pen.strokeRect(left, top, right - left, bottom - top);
    if (shown.points.length) drawSurface(pen, colour, width, height);
    looked(shown.points.length ? placeOf(selected()) : null, selected());
  }

  function drawSurface(pen, colour, width, height) {
    const points = places();
    const { rows, columns, kind } = shown;
    const at = (row, column) => { const index = 2 * (row * columns + column); return onPage(points[index], points[index + 1]); };
    const step = kind === "bezier" ? 3 : 1;
    const rowOf = (row) => Array.from({ length: columns }, (_, column) => at(row, column));
    const columnOf = (column) => Array.from({ length: rows }, (_, row) => at(row, column));
    const line = (places) => curve(pen, kind, places);
    pen.strokeStyle = colour("--biolume");
    pen.lineWidth = 1;
    pen.globalAlpha = 0.55;
    pen.beginPath();
    for (let row = step; row < rows - 1; row += step) line(rowOf(row));
    for (let column = step; column < columns - 1; column += step) line(columnOf(column));
    pen.stroke();
    pen.globalAlpha = 1;
    pen.lineWidth = 2;
    pen.beginPath();
    for (const row of [0, rows - 1]) line(rowOf(row));
    for (const column of [0, columns - 1]) line(columnOf(column));
    pen.stroke();

    const chosenOne = selected();
    const all = chosenOne.row < 0;
    const [a, b, c] = [at(0, 0), at(0, columns - 1), at(rows - 1, 0)];
    const cell = Math.min(Math.hypot(b[0] - a[0], b[1] - a[1]) / (columns - 1), Math.hypot(c[0] - a[0], c[1] - a[1]) / (rows - 1));
    const size = Math.min(Math.max(cell / 5, 1), 6);
    if (step === 3 && cell > 7) pulls(pen, colour, at);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const handle = row % step !== 0 || column % step !== 0;
        if (handle && cell < 4) continue;
        const [x, y] = at(row, column);
        if (x < -9 || y < -9 || x > width + 9 || y > height + 9) continue;
        pen.fillStyle = colour(all ? "--gold" : handle ? "--soft" : "--biolume");
        const half = handle ? size * 0.55 : size;
        if (half < 2.5 || handle) pen.fillRect(x - half, y - half, 2 * half, 2 * half);
        else {
          pen.beginPath();
          pen.arc(x, y, half, 0, 2 * Math.PI);
          pen.fill();
        }
      }
    }
    const [x, y] = onPage(...placeOf(chosenOne));
    pen.strokeStyle = colour(now() < refused ? "--red" : "--gold");
    pen.lineWidth = 1;
    pen.beginPath(); // so that it is seen beside a finger
    for (const [from, to] of [[[0, y], [x - 12, y]], [[x + 12, y], [width, y]], [[x, 0], [x, y - 12]], [[x, y + 12], [x, height]]]) {
      pen.moveTo(...from);
      pen.lineTo(...to);
    }
    pen.globalAlpha = drag?.moved ? 0.9 : 0.45;
    pen.stroke();
    pen.globalAlpha = 1;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.arc(x, y, 12, 0, 2 * Math.PI);
    pen.stroke();
  }

  /** Which handles pull at which points of Bezier patches. */
  function pulls(pen, colour, at) {
    const { rows, columns } = shown;
    pen.strokeStyle = colour("--soft");
    pen.lineWidth = 1;
    pen.beginPath();
    for (let row = 0; row < rows; row += 3) {
      for (let column = 0; column < columns; column += 3) {
        for (const [up, along] of [[0, 1], [0, -1], [1, 0], [-1, 0]]) {
          if (row + up < 0 || column + along < 0 || row + up >= rows || column + along >= columns) continue;
          pen.moveTo(...at(row, column));
          pen.lineTo(...at(row + up, column + along));
        }
      }
    }
    pen.stroke();
  }

  // -- hands -----------------------------------------------------------------------------------------------------------

  function pick({ row, column }) {
    chosen = { row, column, until: now() + HELD_MS };
    later();
    choose(row, column);
    draw();
  }

  /** Draws once more when what hands did no longer counts. */
  function later() {
    clearTimeout(timer);
    timer = setTimeout(draw, HELD_MS + 20);
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (drag || !shown.editable || !shown.points.length || event.button > 0) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    const box = canvas.getBoundingClientRect();
    const near = nearest(event.clientX - box.left, event.clientY - box.top);
    const all = selected().row < 0;
    const direct = !ways.fine && (all || near !== null);
    if (direct && !all) pick(near);
    drag = { pointer: event.pointerId, start: [event.clientX, event.clientY], near, share: direct ? 1 : FINE, what: selected(), from: placeOf(selected()), moved: false, settled: direct && !all };
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drag?.pointer) return;
    const [right, down] = [event.clientX - drag.start[0], event.clientY - drag.start[1]];
    if (!drag.moved && Math.hypot(right, down) < TREMBLE) return;
    const { row, column } = drag.what;
    if (!drag.moved && !drag.settled) choose(row, column); // each drag is a step of its own to undo
    drag.moved = true;
    const shares = [right / (view.scale * shown.size[0]), -down / (view.scale * shown.size[1])];
    const at = shares.map((share, axis) => drag.from[axis] + drag.share * share);
    held = { row, column, at, until: Infinity };
    chosen = { row, column, until: Infinity };
    move(...at, row, column);
    draw();
  });
  const release = (event) => {
    if (event.pointerId !== drag?.pointer) return;
    const { moved, near, settled } = drag;
    drag = null;
    if (held) held.until = now() + HELD_MS;
    if (chosen) chosen.until = now() + HELD_MS;
    later();
    if (!moved && near && !settled && event.type === "pointerup") pick(near);
    draw();
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  new ResizeObserver(draw).observe(canvas);

  return {
    ways,
    draw,
    /** What is to be shown: some of size, rows, columns, kind, points, selected, editable. */
    show(told) {
      shown = { ...shown, ...told };
      if (!shown.editable) drag = held = chosen = null;
      canvas.style.setProperty("--aspect", String(shown.size[0] / shown.size[1]));
      canvas.classList.toggle("still", !shown.editable);
      draw();
    },
    nothing() { this.show(NOTHING); },
    /** What hands want can't be. */
    refuse() {
      refused = now() + HELD_MS;
      if (!drag) later();
      draw();
    },
    /** Hands have chosen otherwise, with a button: what was tapped or dragged before counts no more. */
    forget() { held = chosen = null; },
  };
}

/** A line of a grid through its points, as the engine bends it. */
function curve(pen, kind, points) {
  pen.moveTo(...points[0]);
  if (kind === "bezier") {
    for (let index = 1; index < points.length; index += 3) pen.bezierCurveTo(...points[index], ...points[index + 1], ...points[index + 2]);
    return;
  }
  if (kind !== "smooth") {
    for (const point of points.slice(1)) pen.lineTo(...point);
    return;
  }
  const mirrored = (end, next) => [2 * end[0] - next[0], 2 * end[1] - next[1]]; // beyond its ends a line goes on straight
  const last = points.length - 1;
  const around = (index) => (index < 0 ? mirrored(points[0], points[1]) : index > last ? mirrored(points[last], points[last - 1]) : points[index]);
  for (let index = 0; index < last; index += 1) { // Catmull-Rom as a cubic of Bézier
    const [a, b, c, d] = [around(index - 1), points[index], points[index + 1], around(index + 2)];
    pen.bezierCurveTo(b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6, c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6, ...c);
  }
}
