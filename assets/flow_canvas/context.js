// What every node and edge of one canvas reaches: its store and its marks.

import { createContext } from "react";

export const Canvas = createContext({ store: null, board: null });
