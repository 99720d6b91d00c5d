"""A share of the kills during a migration."""

from . import migrations


def test_a_migration_that_is_killed_leaves_the_schema_of_before_or_the_newest() -> None:
    for figure in migrations.tried(seed=1, share=0.03):
        assert figure.kept, figure.line
