"""The commands put together."""

from __future__ import annotations

import typer

from backend.cli import access, build, run

app = typer.Typer(
    name="signalbox",
    help="The operator console for agent flows.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("sign-in-link")(access.sign_in_link)
app.add_typer(access.keys, name="api-key")
app.command("build", hidden=True)(build.build)


def main() -> None:
    app()
