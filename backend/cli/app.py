"""The commands put together."""

from __future__ import annotations

import typer

from backend.cli import (
    access,
    audit,
    build,
    database,
    demo,
    doctor,
    experiment,
    run,
    scripted,
    secrets,
    settings,
    worker,
)

app = typer.Typer(
    name="signalbox",
    help="The operator console for agent flows.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("worker")(worker.worker)
app.command("migrate")(database.migrate)
app.command("settings")(settings.show)
app.command("sign-in-link")(access.sign_in_link)
app.command("reset-link")(access.reset_link)
app.add_typer(access.keys, name="api-key")
app.add_typer(audit.audit, name="audit")
app.add_typer(secrets.secrets, name="secrets")
app.add_typer(demo.demo, name="demo")
app.add_typer(experiment.experiment, name="experiment")
app.command("doctor")(doctor.doctor)
app.command("scripted-model")(scripted.scripted_model)
app.command("build", hidden=True)(build.build)
