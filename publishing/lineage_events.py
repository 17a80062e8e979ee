"""Lineage as OpenLineage events: each model with its columns and what they are made of.

Sent after each build where ``OPENLINEAGE_URL`` (or another setting of the OpenLineage client) names
an endpoint. Belongs here: the events. Does not belong here: finding the lineage
(``analytics.lineage``). An endpoint that does not answer never stops a run.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from uuid import uuid4

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset

from analytics.lineage import Column, ColumnLineage
from civic.settings import Settings
from ingestion.contracts import Contract

ENDPOINTS = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG")
NAMESPACE = "civic-lakehouse"
"""Of the jobs, unless OPENLINEAGE_NAMESPACE names another."""
LAKE = "ducklake://lake"
"""Of the relations."""

_log = logging.getLogger(__name__)


def is_wanted(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether an endpoint is set."""
    disabled = environ.get("OPENLINEAGE_DISABLED", "").lower() == "true"
    return not disabled and any(environ.get(name) for name in ENDPOINTS)


def send(settings: Settings, contracts: Mapping[str, Contract]) -> int:
    """Send the lineage of every model as it was built last; how many events were sent.

    Raises CivicError where nothing was built, and what the client raises where it cannot send.
    """
    lineage = ColumnLineage.read(settings.dbt_target, contracts)
    client, sent = OpenLineageClient(), 0
    for event in events(lineage, os.environ.get("OPENLINEAGE_NAMESPACE", NAMESPACE)):
        client.emit(event)
        sent += 1
    return sent


def send_if_asked(settings: Settings, contracts: Mapping[str, Contract]) -> None:
    """As ``send`` where an endpoint is set; whatever goes wrong with it is only said."""
    if not is_wanted():
        return
    try:
        send(settings, contracts)
    except Exception as error:
        _log.warning("Lineage could not be sent: %s", error)


def events(lineage: ColumnLineage, namespace: str = NAMESPACE) -> Iterator[RunEvent]:
    """One event for each model: the relations that it reads, its columns and their origins."""
    now, run = datetime.now(UTC).isoformat(), Run(str(uuid4()))
    producer = f"urn:civic-lakehouse:{version('civic-lakehouse')}"
    for relation in sorted(lineage.models):
        columns = lineage.known[relation]
        made = {name: sorted(lineage.made_of(Column(relation, name))) for name in columns}
        read = sorted({one.relation for ones in made.values() for one in ones})
        yield RunEvent(
            eventTime=now,
            run=run,
            job=Job(namespace, relation),
            eventType=RunState.COMPLETE,
            producer=producer,
            inputs=[InputDataset(LAKE, name) for name in read],
            outputs=[
                OutputDataset(
                    LAKE,
                    relation,
                    facets={
                        "schema": _schema(lineage, relation),
                        "columnLineage": _origins(made),
                    },
                )
            ],
        )


def _schema(lineage: ColumnLineage, relation: str) -> schema_dataset.SchemaDatasetFacet:
    stated = lineage.models[relation]["columns"]
    return schema_dataset.SchemaDatasetFacet(
        fields=[
            schema_dataset.SchemaDatasetFacetFields(
                name=name, type=column.get("data_type"), description=column.get("description")
            )
            for name, column in stated.items()
        ]
    )


def _origins(
    made: Mapping[str, list[Column]],
) -> column_lineage_dataset.ColumnLineageDatasetFacet:
    return column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={
            name: column_lineage_dataset.Fields(
                inputFields=[
                    column_lineage_dataset.InputField(LAKE, one.relation, one.name) for one in ones
                ]
            )
            for name, ones in made.items()
            if ones
        }
    )
