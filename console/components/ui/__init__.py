"""State-free pieces of the design: each draws what it is given, in every state it can have."""

from console.components.ui.button import button, icon_button, link_button
from console.components.ui.choice import checkbox, radio, slider, switch
from console.components.ui.code import Line, code, code_lines, diff_lines, diff_view
from console.components.ui.data_table import Column, cell, data_table, more_button, table_foot, table_row
from console.components.ui.dialog import SAFE, confirm, dialog
from console.components.ui.field import field
from console.components.ui.form import error_of, form_dialog, refusal
from console.components.ui.icon import icon
from console.components.ui.inputs import filter_input, number_input, text_area, text_input
from console.components.ui.keys import keys
from console.components.ui.kinds import Child, Flag, Handler, Number, Text, classes, when
from console.components.ui.markdown import markdown_view
from console.components.ui.marks import avatar, cite, cite_astray, plate, tag
from console.components.ui.menu import TRIGGER, menu, menu_item, menu_line, menu_link
from console.components.ui.notice import banner, toast_card, undo_bar
from console.components.ui.pager import pager
from console.components.ui.panel import panel, phead
from console.components.ui.parts import CopyButton, Entries, Every, PressKeys, SaveButton, Suggest, Tips
from console.components.ui.phase_view import (
    empty_state,
    failure,
    phase_view,
    problem_line,
    skeleton_block,
    skeleton_rows,
)
from console.components.ui.port import PORT_SHAPES, port
from console.components.ui.progress import meter, moving, stages
from console.components.ui.select import select
from console.components.ui.spinner import spinner
from console.components.ui.status import STATES, shape, status
from console.components.ui.tabs import segments, tabs

__all__ = [
    "PORT_SHAPES",
    "SAFE",
    "STATES",
    "TRIGGER",
    "Child",
    "Column",
    "CopyButton",
    "Entries",
    "Every",
    "Flag",
    "Handler",
    "Line",
    "Number",
    "PressKeys",
    "SaveButton",
    "Suggest",
    "Text",
    "Tips",
    "avatar",
    "banner",
    "button",
    "cell",
    "checkbox",
    "cite",
    "cite_astray",
    "classes",
    "code",
    "code_lines",
    "confirm",
    "data_table",
    "dialog",
    "diff_lines",
    "diff_view",
    "empty_state",
    "error_of",
    "failure",
    "field",
    "filter_input",
    "form_dialog",
    "icon",
    "icon_button",
    "keys",
    "link_button",
    "markdown_view",
    "menu",
    "menu_item",
    "menu_line",
    "menu_link",
    "meter",
    "more_button",
    "moving",
    "number_input",
    "pager",
    "panel",
    "phase_view",
    "phead",
    "plate",
    "port",
    "problem_line",
    "radio",
    "refusal",
    "segments",
    "select",
    "shape",
    "skeleton_block",
    "skeleton_rows",
    "slider",
    "spinner",
    "stages",
    "status",
    "switch",
    "table_foot",
    "table_row",
    "tabs",
    "tag",
    "text_area",
    "text_input",
    "toast_card",
    "undo_bar",
    "when",
]
