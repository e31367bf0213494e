"""pacs-find asks dcmqrscp, Orthanc, pacs-archived and an archive's folder, and must hear the same."""

import peers
from harness import case, equal, files, need

QUERIES = [
    ("study", ["StudyInstanceUID"]),
    ("study", ["PatientID=T1-000003", "StudyInstanceUID"]),
    ("study", ["StudyDate=20180101-20211231", "StudyInstanceUID"]),
    ("study", ["StudyDate=20200101-", "StudyInstanceUID"]),
    ("study", ["PatientName=Ash*", "StudyInstanceUID", "PatientID"]),
    ("study", ["AccessionNumber=ACC0000007", "StudyInstanceUID", "StudyDescription"]),
    ("study", ["PatientID=T1-00000?", "StudyInstanceUID"]),
    ("study", ["PatientID=NOBODY", "StudyInstanceUID"]),
]


def answers(context, source, level, keys, asked):
    """What was asked for, of each answer, in an order that no peer decides."""
    records = context.ours("pacs-find", source, "--level", level, *keys)
    equal(records[-1]["type"], "summary", "last record")
    return sorted(tuple(str(record.get(key, "")) for key in asked) for record in records[:-1])


def same_answers(context, peer, reference):
    for level, keys in QUERIES:
        asked = [key.split("=")[0] for key in keys]
        equal(answers(context, peer, level, keys, asked),
              answers(context, reference, level, keys, asked), f"{level} {' '.join(keys)}")


def beneath(context, source):
    """Series and instances of the first study: {(series, instance)}."""
    study = sorted(record["StudyInstanceUID"]
                   for record in context.ours("pacs-find", source, "StudyInstanceUID")[:-1])[0]
    out = set()
    for series in context.ours("pacs-find", source, "--level", "series",
                               f"StudyInstanceUID={study}", "SeriesInstanceUID", "Modality")[:-1]:
        uid = series["SeriesInstanceUID"]
        for image in context.ours("pacs-find", source, "--level", "instance",
                                  f"StudyInstanceUID={study}", f"SeriesInstanceUID={uid}",
                                  "SOPInstanceUID")[:-1]:
            out.add((uid, series["Modality"], image["SOPInstanceUID"]))
    return out


def against(context, server, objects):
    """Sends the objects to both, then compares the answers."""
    context.run("dcmsend", "-aec", "ARCHIVE", "127.0.0.1", server.port, *objects)
    with context.archived() as ours:
        context.run("dcmsend", "-aec", "ARCHIVE", "127.0.0.1", ours.port, *objects)
        same_answers(context, server.address, ours.address)
        found = beneath(context, ours.address)
        equal(len(found), 10, "instances of the first study")
        equal(beneath(context, server.address), found, "series and instances")


def some_objects(context):
    return files(context.objects(240, "--per-series", 5, "--ascii"))


@case
def find_in_dcmqrscp(context):
    with peers.dcmqrscp(context.folder) as server:
        against(context, server, some_objects(context))


@case
def find_in_orthanc(context):
    need("Orthanc")
    with peers.orthanc(context.folder) as server:
        against(context, server, some_objects(context))


@case
def find_in_folder_index_and_daemon(context):
    """Daemon, folder and index file: the same records, also for names in foreign character sets."""
    made = files(context.objects(240, "--per-series", 5))
    with context.archived() as server:
        context.run("dcmsend", "-aec", "ARCHIVE", "127.0.0.1", server.port, *made)
        keys = ["PatientName", "PatientID", "StudyInstanceUID", "ModalitiesInStudy",
                "NumberOfStudyRelatedInstances", "NumberOfStudyRelatedSeries", "StudyDescription"]
        by_network = answers(context, server.address, "study", keys, keys)
        equal(len(by_network), 24, "studies")
        folder = context.folder / "archive"
        equal(answers(context, folder, "study", keys, keys), by_network, "asked of the folder")
        equal(answers(context, folder / "index.db", "study", keys, keys), by_network,
              "asked of the index")
        equal(beneath(context, folder), beneath(context, server.address), "series and instances")


@case
def find_limit_cancels_at_peers(context):
    """--limit stops after so many answers and says that there were more."""
    need("Orthanc")
    made = files(context.objects(120, "--per-series", 2))
    with peers.orthanc(context.folder) as server:
        context.run("dcmsend", "-aec", "ARCHIVE", "127.0.0.1", server.port, *made)
        records = context.ours("pacs-find", server.address, "--limit", 5, "StudyInstanceUID")
        equal(len(records), 6, "records")
        assert records[-1]["truncated"] in (True, "unknown", "true"), records[-1]
