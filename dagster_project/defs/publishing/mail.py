"""Mail to those whom mail.yml names, every morning: what is new to them since the last one."""

import dagster as dg

from dagster_project import keys
from dagster_project.installation import Installation


@dg.op(name="send_mail", required_resource_keys={"installation"})
def send_mail(context: dg.OpExecutionContext) -> None:
    """Send what `civic mail send` sends; fail where somebody could not be written to."""
    from publishing.mail.declarations import mail_file
    from publishing.mail.sending import letters_to_send, send
    from superset_assets.pictures import drawer

    installation: Installation = context.resources.installation
    settings = installation.settings
    if not mail_file(settings).is_file():
        context.log.info(f"Nobody is to be written to: there is no {mail_file(settings)}.")
        return
    done = send(settings, letters_to_send(settings), drawer(settings))
    for one in done:
        context.log.info(f"{one.letter.name}: {one.letter.subject} {one.fault or 'sent'}")
    if not_sent := [one.letter.name for one in done if one.fault or one.refused]:
        raise dg.Failure(f"Not everybody was written to: {', '.join(not_sent)}.")


@dg.job(name=keys.MAIL)
def mail() -> None:
    """发送邮件 · Reports and alerts to those whom mail.yml names: what `civic mail send` does."""
    send_mail()


every_morning = dg.ScheduleDefinition(
    name="mail_every_morning",
    job=mail,
    cron_schedule="0 8 * * *",
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
