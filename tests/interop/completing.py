"""pacs-find --complete and --expand with peers that really keep answers back, and with some that do
not."""

import peers
from harness import case, equal, files, need


def summary_and_uids(context, source, *options, level="study", status=0):
    records = context.ours("pacs-find", source, *options, status=status)
    key = {"study": "StudyInstanceUID", "series": "SeriesInstanceUID",
           "instance": "SOPInstanceUID"}[level]
    return records[-1], [record[key] for record in records if record["type"] == level
                         and record["outcome"] != "failed"]


def found_whole(context, server, studies, **expected):
    """All studies come, each once, and that is proven."""
    summary, uids = summary_and_uids(context, server.address, "--complete")
    equal(len(uids), studies, "answers")
    equal(len(set(uids)), studies, "studies")
    equal(summary["complete"], "proven", f"complete in {summary}")
    for key, value in expected.items():
        equal(summary.get(key), value, key)


def stored(context, server, count, *options):
    made = files(context.objects(count, *options))
    context.run("dcmsend", "-aec", "ARCHIVE", "127.0.0.1", server.port, *made)


@case
def complete_in_orthanc(context):
    """LimitFindResults stops at 25 of 300 studies, with a cancel nobody asked for."""
    need("Orthanc")
    with peers.orthanc(context.folder, LimitFindResults=25) as server:
        stored(context, server, 300, "--per-series", 1, "--per-study", 1, "--ascii")
        _, uids = summary_and_uids(context, server.address, status=1)
        equal(len(uids), 25, "answers without --complete")
        found_whole(context, server, 300, cap=25)


@case
def complete_beneath_in_orthanc(context):
    """LimitFindInstances stops at 5 of 12: the number that Orthanc states gives it away."""
    need("Orthanc")
    with peers.orthanc(context.folder, LimitFindInstances=5) as server:
        stored(context, server, 24, "--per-series", 12, "--per-study", 2, "--ascii")
        summary, uids = summary_and_uids(context, server.address, "--complete", "--expand",
                                         "instance", level="instance", status=1)
        equal(len(uids), 10, "instances")
        equal((summary["complete"], summary["unproven"], summary["cap"]), ("unproven", 2, 5),
              f"summary {summary}")
    second = context.folder / "second"
    second.mkdir()
    with peers.orthanc(second, port=11126, http_port=11127) as server:
        stored(context, server, 24, "--per-series", 12, "--per-study", 2, "--ascii")
        summary, uids = summary_and_uids(context, server.address, "--complete", "--expand",
                                         "instance", level="instance")
        equal((len(set(uids)), summary["complete"]), (24, "proven"), "without a limit")


@case
def complete_in_dcmqrscp(context):
    with peers.dcmqrscp(context.folder) as server:
        stored(context, server, 60, "--per-series", 1, "--per-study", 1, "--ascii")
        found_whole(context, server, 60, cap=None)
        summary, uids = summary_and_uids(context, server.address, "--complete", "--expand",
                                         "instance", level="instance")
        equal((len(set(uids)), summary["complete"]), (60, "proven"), "instances")


@case
def complete_in_ours(context):
    """The daemon, its folder and its index say themselves when something is missing: one question."""
    with context.archived() as server:
        stored(context, server, 40, "--per-series", 1, "--per-study", 1)
        for source in (server.address, context.folder / "archive",
                       context.folder / "archive" / "index.db"):
            summary, uids = summary_and_uids(context, source, "--complete")
            equal((len(set(uids)), summary["complete"], summary["questions"]), (40, "proven", 1),
                  str(source))
