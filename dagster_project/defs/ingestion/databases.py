"""The schedule for databases of units: nobody drops a file there, so the clock asks for the run."""

import dagster as dg

from dagster_project import keys
from dagster_project.installation import Installation


@dg.schedule(
    job_name=keys.WHOLE_WAY,
    cron_schedule="30 1 * * *",
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def databases(
    context: dg.ScheduleEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.RunRequest | dg.SkipReason:
    """各单位数据库 · One run each night, if the home declares a database to read."""
    from ingestion.sources import source_names

    names = source_names(installation.settings)
    if not names:
        return dg.SkipReason("No source is declared.")
    due = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"databases-{due:%Y%m%d}", tags={"civic/sources": ",".join(names)})
