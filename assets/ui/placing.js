/* Where toasts stand: bottom right, or the nearest place where they lie over nothing that can be pressed. */

const [WIDTH, EDGE, STEP, NARROW, GAP] = [380, 16, 16, 640, 12];
const PRESSABLE = "a[href], button, input, select, textarea, summary, .undo.over, .banner.over";

export const overlaps = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;

/** Return the first free place for a box of this size, near the bottom right; the corner itself where none is free.
 * Nothing stands lower than `floor`: the bar of tabs is always in reach. */
export function freePlace({ width, height }, size, taken, floor = EDGE) {
  const wide = Math.min(size.width, width - 2 * EDGE);
  const places = [];
  for (let right = EDGE; right + wide <= width - EDGE && right <= width / 2; right += STEP)
    for (let bottom = floor; bottom + size.height <= height / 2; bottom += STEP) places.push({ right, bottom });
  const far = ({ right, bottom }) => right + 2 * bottom;
  const box = ({ right, bottom }) => ({ left: width - right - wide, right: width - right, top: height - bottom - size.height, bottom: height - bottom });
  places.sort((a, b) => far(a) - far(b));
  return places.find((place) => !taken.some((one) => overlaps(box(place), one))) ?? { right: EDGE, bottom: floor };
}

function inSight() {
  const found = [];
  for (const one of document.querySelectorAll(PRESSABLE)) {
    if (one.closest("[data-sonner-toaster]")) continue;
    const box = one.getBoundingClientRect();
    if (box.width && box.height && box.bottom > innerHeight / 2 && box.top < innerHeight) found.push(box);
  }
  return found;
}

export function placeToasts(height) {
  const size = { width: innerWidth < NARROW ? innerWidth : WIDTH, height };
  const tabs = document.querySelector(".tabbar")?.offsetHeight ?? 0;
  const { right, bottom } = freePlace({ width: innerWidth, height: innerHeight }, size, inSight(), tabs + (tabs ? GAP : EDGE));
  document.documentElement.style.setProperty("--toast-right", `${right}px`);
  document.documentElement.style.setProperty("--toast-bottom", `${bottom}px`);
}
