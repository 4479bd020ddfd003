// The icons that kinds and tools name. Literal imports, so that only these are shipped.

import React from "react";
import {
  BookOpen, BookOpenCheck, Bot, Box, Braces, ChevronDown, ChevronUp, CircleHelp, Clipboard, Copy, FileText, GitMerge, Globe, Hand, Library, ListTree, LogIn, LogOut, Map, Maximize, MessageSquareText,
  Minus, Pencil, Plug, Plus, Redo2, Search, Sparkles, Split, Trash2, Undo2, Waypoints, Wrench, X, Network, Lock, ArrowUp, ArrowDown,
} from "lucide-react";

const ICONS = {
  "book-open": BookOpen, "book-open-check": BookOpenCheck, bot: Bot, box: Box, braces: Braces, "chevron-down": ChevronDown, "chevron-up": ChevronUp, "circle-help": CircleHelp, clipboard: Clipboard,
  copy: Copy, "file-text": FileText, "git-merge": GitMerge, globe: Globe, hand: Hand, library: Library, "list-tree": ListTree, "log-in": LogIn, "log-out": LogOut, map: Map, maximize: Maximize,
  "message-square-text": MessageSquareText, minus: Minus, pencil: Pencil, plug: Plug, plus: Plus, redo: Redo2, search: Search, sparkles: Sparkles, split: Split,
  trash: Trash2, undo: Undo2, waypoints: Waypoints, wrench: Wrench, x: X, network: Network, lock: Lock, "arrow-up": ArrowUp, "arrow-down": ArrowDown,
};

export function Icon({ name }) {
  const Drawn = ICONS[name] || Box;
  return <Drawn className="i s" strokeWidth={1.75} aria-hidden="true" />;
}
