// What each of the newest frames took, as a plot: a line for the time that a frame has, and what went over it stands out.

import { element } from "./dom.js";

const MOST = 900; // a quarter of a minute at sixty a second
const times = [];
let budget = 1000 / 60;

export function addFrames({ ms, budget: given }) {
  times.push(...ms);
  if (times.length > MOST) times.splice(0, times.length - MOST);
  budget = given;
  draw();
}

export const frameBudget = () => budget;

function draw() {
  const canvas = element("spark");
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (!width || !height || !times.length) return;
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const style = getComputedStyle(canvas);
  const pen = canvas.getContext("2d");
  const highest = Math.max(budget * 1.5, Math.min(Math.max(...times), budget * 6));
  const y = (value) => height - (Math.min(value, highest) / highest) * (height - 2 * ratio);
  pen.clearRect(0, 0, width, height);
  const step = width / MOST;
  times.forEach((value, index) => {
    const x = width - (times.length - index) * step;
    pen.fillStyle = style.getPropertyValue(value > budget ? "--over" : "--line");
    pen.fillRect(x, y(value), Math.max(step, ratio * 0.75), height - y(value));
  });
  pen.strokeStyle = pen.fillStyle = style.getPropertyValue("--mark");
  pen.lineWidth = ratio;
  pen.setLineDash([3 * ratio, 4 * ratio]);
  pen.beginPath();
  pen.moveTo(0, y(budget));
  pen.lineTo(width, y(budget));
  pen.stroke();
  pen.setLineDash([]);
  pen.font = `${11 * ratio}px system-ui, sans-serif`;
  pen.fillText(`${budget.toFixed(1)} ms`, 2 * ratio, Math.max(y(budget) - 4 * ratio, 11 * ratio));
}
