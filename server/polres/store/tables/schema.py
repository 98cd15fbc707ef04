"""Tables of the Polres: journals, nodes and their keys, orders, accounts, and the projection."""

from sqlalchemy import Column, Integer, Table

from server.polres.store.tables.columns import METADATA, blob_column, int_column, text_column

entries = Table(
    "entries",
    METADATA,
    int_column("node", key=True),
    int_column("log", key=True),
    int_column("instance", key=True),
    int_column("seq", key=True),
    blob_column("header"),
    blob_column("body"),
    blob_column("hash"),
)
frames = Table(
    "frames",
    METADATA,
    int_column("node", key=True),
    int_column("log", key=True),
    int_column("instance", key=True),
    int_column("first"),
    int_column("last", key=True),
    blob_column("frame"),
)
# Counters of the whole server: `era`, and `changes` for the pages' ETag.
counters = Table("counters", METADATA, text_column("name", key=True), int_column("value"))
# One row a desa. `public` is empty until its card was used; `people` is the signed list.
# The run, network and time that were last trusted decide whether keys are returned unasked.
# `issued_s` is the time in our newest receipt, which rises with each; `fresh_s` that in the
# answer to the last request that nobody can have said before.
nodes = Table(
    "nodes",
    METADATA,
    int_column("node", key=True),
    text_column("name"),
    int_column("instance"),
    blob_column("public", null=True),
    int_column("enrolled_s", null=True),
    int_column("down_instance"),
    int_column("people_version"),
    blob_column("people"),
    int_column("last_contact_s", null=True),
    int_column("announced_seq"),
    text_column("state"),
    int_column("revoked_s", null=True),
    int_column("flagged_from", null=True),
    blob_column("trusted_run", null=True),
    text_column("trusted_network", null=True),
    int_column("trusted_s", null=True),
    text_column("keys_reason", null=True),
    int_column("grant_until_s", null=True),
    text_column("grant_by", null=True),
    int_column("issued_s", null=True),
    int_column("fresh_s", null=True),
)
cards = Table(
    "cards",
    METADATA,
    int_column("node", key=True),
    blob_column("code"),
    int_column("expires_s"),
    int_column("tries"),
    blob_column("public", null=True),
    blob_column("certificate", null=True),
)
# A desa's own key of each of its instances, hidden; it opens the entries of class `DUTY`.
duty_keys = Table(
    "duty_keys",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    blob_column("content"),
)
unit_wraps = Table(
    "unit_wraps",
    METADATA,
    int_column("node", key=True),
    blob_column("session", key=True),
    blob_column("box"),
)
session_keys = Table(
    "session_keys",
    METADATA,
    int_column("node", key=True),
    blob_column("session", key=True),
    blob_column("content"),
    int_column("started_s"),
    int_column("first_seen_s"),
    int_column("last_entry_s", null=True),
)
# Every RAM key that a desa has spoken with; an unknown one is no request said again.
runs = Table("runs", METADATA, int_column("node", key=True), blob_column("run", key=True))
down_sessions = Table(
    "down_sessions",
    METADATA,
    int_column("node", key=True),
    blob_column("session", key=True),
    blob_column("content"),
    int_column("started_s"),
)
# The newest file that was carried here from each desa: what its return must answer.
parcels = Table(
    "parcels",
    METADATA,
    int_column("node", key=True),
    int_column("instance"),
    int_column("head_seq"),
    blob_column("request"),
    text_column("state"),
    int_column("agreed"),
    int_column("refused"),
    int_column("taken_s"),
    text_column("taken_by"),
    int_column("reports"),
    int_column("given_s", null=True),
)
forks = Table(
    "forks",
    METADATA,
    Column("id", Integer, primary_key=True),
    int_column("node"),
    int_column("instance"),
    int_column("seq"),
    blob_column("ours", null=True),
    blob_column("theirs"),
    blob_column("proof"),
    int_column("found_s"),
)
returns = Table(
    "returns",
    METADATA,
    Column("id", Integer, primary_key=True),
    int_column("node"),
    blob_column("run"),
    int_column("count"),
    text_column("reason"),
    int_column("at_s"),
)
officer_requests = Table(
    "officer_requests",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("seq", key=True),
    text_column("name"),
    blob_column("key"),
    text_column("state"),
    text_column("by", null=True),
    int_column("asked_s"),
    int_column("decided_s", null=True),
)
# The air road: what is known of each instance by SMS. `asked` are the session marks that it wants
# back and that wait for a person, with the RAM key of the run that asked.
air_nodes = Table(
    "air_nodes",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("reserved"),
    int_column("highest"),
    blob_column("seen"),
    text_column("number", null=True),
    text_column("sim", null=True),
    text_column("form"),
    int_column("heard_s", null=True),
    blob_column("beat", null=True),
    int_column("beat_s", null=True),
    blob_column("run", null=True),
    blob_column("asked", null=True),
    int_column("asked_s", null=True),
)
# Urgent reports that came by SMS; `content` is dropped when their frame has come.
air_reports = Table(
    "air_reports",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("seq", key=True),
    text_column("ticket"),
    blob_column("content", null=True),
    int_column("came_s"),
)
air_parts = Table(
    "air_parts",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("seq", key=True),
    int_column("total", key=True),
    int_column("number", key=True),
    blob_column("octets"),
)
# What else came to the modem here: kept as it came, answered never.
strays = Table(
    "strays",
    METADATA,
    Column("id", Integer, primary_key=True),
    text_column("pdu"),
    int_column("came_s"),
)
users = Table(
    "users",
    METADATA,
    text_column("name", key=True),
    text_column("role"),
    blob_column("salt"),
    int_column("memory_mib"),
    int_column("passes"),
    blob_column("verifier"),
    int_column("failures"),
    int_column("failed_s"),
    int_column("made_s"),
)
# What each road carried in a month (e.g. 202611), in octets, and when a desa was last heard on it.
road_months = Table(
    "road_months",
    METADATA,
    int_column("node", key=True),
    text_column("road", key=True),
    int_column("month", key=True),
    int_column("up"),
    int_column("down"),
)
road_contacts = Table(
    "road_contacts",
    METADATA,
    int_column("node", key=True),
    text_column("road", key=True),
    int_column("last_s"),
)
# Desas of which announced entries are missing: since when, and after which entry that began.
lags = Table(
    "lags", METADATA, int_column("node", key=True), int_column("since_s"), int_column("base_seq")
)

# Logs of a desa that its box does not write any more: the key that spoke for it, and from which
# entry on what still comes of it is kept apart.
instances = Table(
    "instances",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    blob_column("public"),
    int_column("ended_s"),
    int_column("revoked_s", null=True),
    int_column("flagged_from", null=True),
    int_column("last_contact_s", null=True),
)
# Boxes that ask to go on in a new log, by the key that they made for it.
claims = Table(
    "claims",
    METADATA,
    int_column("node", key=True),
    blob_column("public", key=True),
    int_column("instance"),
    int_column("head_seq"),
    blob_column("head_hash"),
    text_column("state"),
    text_column("by", null=True),
    int_column("first_s"),
    int_column("last_s"),
    int_column("decided_s", null=True),
    blob_column("certificate", null=True),
)
# What the last backup covers of each desa's log.
durable = Table(
    "durable",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("seq"),
    int_column("at_s"),
)
# What shows that this server was set back, or that another one uses its keys.
evidence = Table(
    "evidence",
    METADATA,
    Column("id", Integer, primary_key=True),
    int_column("node"),
    text_column("kind"),
    int_column("at_s"),
    blob_column("proof"),
)
# Exchange keys after the first, as our root announced them; one that is not in the key file was
# made before that file was set back. And which of them each box was heard with, and has taken:
# `seq` is the entry that says so.
exchange_keys = Table(
    "exchange_keys",
    METADATA,
    int_column("number", key=True),
    blob_column("announced"),
    int_column("noted_s"),
)
exchange_uses = Table(
    "exchange_uses",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("heard"),
    int_column("taken"),
    int_column("seq"),
)
