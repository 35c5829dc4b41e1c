"""`qualeval sql`: a HIT as a query, for where the panel lives in a warehouse."""

from __future__ import annotations

import click

import qualeval as qe
from qualeval.cli import frames, inputs, output, pools

__all__ = ["sql"]


@click.command(epilog="Example: qualeval sql hit.json --columns map.toml --dialect bigquery --table panel.workers")
@inputs.file_argument("hit")
@frames.columns_option(required=True)
@click.option(
    "--dialect",
    required=True,
    type=click.Choice(["bigquery", "duckdb", "postgres", "snowflake", "spark", "sqlite"]),
    help="The dialect of SQL.",
)
@click.option("--table", default="workers", show_default=True, help="The table of the workers.")
@pools.nulls_option
@click.option(
    "--invalid",
    type=click.Choice(["flag", "trust"]),
    default="flag",
    show_default=True,
    help="What becomes of cells that are no fact: told (error), a column says so (flag), nobody looks (trust).",
)
@click.option("--reasons", is_flag=True, help="Add the index of the first unmet requirement.")
@inputs.source_options
def sql(
    *,
    hit: str,
    columns: str,
    dialect: str,
    table: str,
    nulls: tuple[str, ...],
    invalid: str,
    reasons: bool,
    service: inputs.Service,
) -> int:
    """A query that adds access and possible to a table of workers.

    HIT is a file, `-`, or a HIT id, which is fetched. The columns are 0 (nothing) to 3 (accept): what is certain, and
    what is possible once all is known. Nothing is asked of a database: the query is on stdout.
    """
    types = service.names()
    policy = qe.compile_hit(inputs.hit_of(hit, service, types), names=types)
    meaning = frames.columns_of(columns, types) or {}
    query = qe.bulk.sql(
        policy,
        meaning,
        dialect,
        table=table,
        nulls=pools.meaning_of_nulls(nulls),
        invalid=invalid,
        reasons=reasons,
    )
    said = frames.types_of(meaning, types)
    unsaid = [types.name_of(each) for each in policy.ladders if each not in said]
    if unsaid:
        click.echo(output.clean(f"note: no column speaks of {', '.join(unsaid)}: nothing is known of that"), err=True)
    click.echo(query)
    return 0
