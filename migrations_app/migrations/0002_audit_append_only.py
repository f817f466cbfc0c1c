"""The audit trail only grows: triggers refuse everything else, and its head begins at nothing."""

from __future__ import annotations

from django.db import migrations

GENESIS = "0" * 64
TABLE = "migrations_app_auditevent"
HEAD = "migrations_app_audithead"

SQLITE = [
    f"""CREATE TRIGGER audit_no_update BEFORE UPDATE ON {TABLE}
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    f"""CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE}
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    # INSERT OR REPLACE deletes without firing the delete trigger, so a clash is refused here.
    f"""CREATE TRIGGER audit_no_replace BEFORE INSERT ON {TABLE}
    WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE seq = NEW.seq OR id = NEW.id
                 OR prev = NEW.prev OR hash = NEW.hash)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    f"""CREATE TRIGGER audit_head_forward BEFORE UPDATE ON {HEAD}
    WHEN NEW.seq <= OLD.seq OR NEW.id <> OLD.id
    BEGIN SELECT RAISE(ABORT, 'the head of the audit trail only moves forward'); END""",
    f"""CREATE TRIGGER audit_head_stays BEFORE DELETE ON {HEAD}
    BEGIN SELECT RAISE(ABORT, 'the head of the audit trail stays'); END""",
    f"""CREATE TRIGGER audit_head_once BEFORE INSERT ON {HEAD}
    WHEN EXISTS (SELECT 1 FROM {HEAD})
    BEGIN SELECT RAISE(ABORT, 'there is one head of the audit trail'); END""",
]
SQLITE_BACK = [
    f"DROP TRIGGER IF EXISTS {name}"
    for name in (
        "audit_no_update",
        "audit_no_delete",
        "audit_no_replace",
        "audit_head_forward",
        "audit_head_stays",
        "audit_head_once",
    )
]

POSTGRESQL = [
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = '42501';
    END $$""",
    """CREATE FUNCTION audit_head_forward() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.seq <= OLD.seq OR NEW.id <> OLD.id THEN
            RAISE EXCEPTION 'the head of the audit trail only moves forward'
                USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END $$""",
    f"""CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    f"""CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    f"""CREATE TRIGGER audit_head_forward BEFORE UPDATE ON {HEAD}
    FOR EACH ROW EXECUTE FUNCTION audit_head_forward()""",
    f"""CREATE TRIGGER audit_head_stays BEFORE DELETE ON {HEAD}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    f"""CREATE TRIGGER audit_head_no_truncate BEFORE TRUNCATE ON {HEAD}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    # ALWAYS: a superuser with session_replication_role = replica would pass by otherwise.
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER audit_no_change",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER audit_no_truncate",
    f"ALTER TABLE {HEAD} ENABLE ALWAYS TRIGGER audit_head_forward",
    f"ALTER TABLE {HEAD} ENABLE ALWAYS TRIGGER audit_head_stays",
    f"ALTER TABLE {HEAD} ENABLE ALWAYS TRIGGER audit_head_no_truncate",
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER IF EXISTS audit_no_change ON {TABLE}",
    f"DROP TRIGGER IF EXISTS audit_no_truncate ON {TABLE}",
    f"DROP TRIGGER IF EXISTS audit_head_forward ON {HEAD}",
    f"DROP TRIGGER IF EXISTS audit_head_stays ON {HEAD}",
    f"DROP TRIGGER IF EXISTS audit_head_no_truncate ON {HEAD}",
    "DROP FUNCTION IF EXISTS audit_head_forward",
    "DROP FUNCTION IF EXISTS audit_refuse",
]


def begin(apps, schema_editor) -> None:
    apps.get_model("migrations_app", "AuditHead").objects.create(id=1, seq=0, hash=GENESIS)


def forget(apps, schema_editor) -> None:
    apps.get_model("migrations_app", "AuditHead").objects.all().delete()


def install(apps, schema_editor) -> None:
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[vendor]:
        schema_editor.execute(statement)


def uninstall(apps, schema_editor) -> None:
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK}[vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("migrations_app", "0001_initial")]

    operations = [
        migrations.RunPython(begin, forget),
        migrations.RunPython(install, uninstall),
    ]
