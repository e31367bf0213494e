"""DCMTK's clients against pacs-archived."""

import objects
from harness import case, equal, files

SYNTAXES = {"explicit": "-xe", "implicit": "-xi", "big": "-xb", "deflated": "-xd", "rle": "-xr"}


def stored_as_sent(context, sent):
    """The archive holds the data sets of the files in `sent`, byte by byte, and nothing else."""
    wanted = sorted(objects.digest_of_data_set(path) for path in sent)
    stored = objects.stored_files(context.folder / "archive")
    equal(sorted(objects.digest_of_data_set(path) for path in stored.values()), wanted,
          "data sets in objects/")
    equal(objects.inconsistencies(context.folder / "archive"), [], "folder and index")


@case
def echoscu_to_archived(context):
    with context.archived() as server:
        context.run("echoscu", "-aec", "ARCHIVE", "127.0.0.1", server.port)
        context.run("echoscu", "-aec", "ARCHIVE", "--repeat", 50, "127.0.0.1", server.port)
        # all contexts and many transfer syntaxes at once
        context.run("echoscu", "-aec", "ARCHIVE", "-pts", 38, "-ppc", 128, "127.0.0.1", server.port)
        # a wrong title is refused
        context.run("echoscu", "-aec", "SOMEBODY", "127.0.0.1", server.port, status=1)
        context.run("echoscu", "-aec", "ARCHIVE", "--abort", "127.0.0.1", server.port)


@case
def storescu_to_archived(context):
    sent = []
    with context.archived() as server:
        for syntax, option in SYNTAXES.items():
            made = context.objects(24, "--syntax", syntax)
            context.run("storescu", "-aec", "ARCHIVE", option, "+sd", "+r", "-R", "127.0.0.1",
                        server.port, made)
            sent += files(made)
        stored_as_sent(context, sent)


@case
def storescu_with_small_and_large_pdus(context):
    sent = []
    with context.archived() as server:
        for pdu in (4096, 16384, 131072):
            made = context.objects(6, "--bytes", "526000")
            context.run("storescu", "-aec", "ARCHIVE", "-pdu", pdu, "--max-send-pdu", pdu, "+sd",
                        "+r", "127.0.0.1", server.port, made)
            sent += files(made)
        stored_as_sent(context, sent)


def same_when_read(context, path):
    """What DCMTK reads of a file, in one transfer syntax: attributes and native pixels."""
    plain, implicit = context.folder / "plain.dcm", context.folder / "implicit.dcm"
    context.run("dcmdrle", path, plain)
    context.run("dcmconv", "+ti", "-e", plain, implicit)
    return objects.digest_of_data_set(implicit)


def dcmsend_quirk(name, syntaxes, *options):
    """dcmsend proposes its contexts in many ways. What it need not convert must arrive bit by bit,
    what it converts itself must read the same."""
    def run(context):
        as_it_is, converted = [], []
        with context.archived() as server:
            for syntax in syntaxes:
                made = files(context.objects(12, "--syntax", syntax))
                (as_it_is if syntax in ("explicit", "rle") else converted).extend(made)
            context.run("dcmsend", "-aec", "ARCHIVE", *options, "127.0.0.1", server.port, *as_it_is,
                        *converted)
        stored = objects.stored_files(context.folder / "archive")
        equal(len(stored), len(as_it_is) + len(converted), "objects")
        digests = {objects.digest_of_data_set(path) for path in stored.values()}
        other = [path.name for path in as_it_is if objects.digest_of_data_set(path) not in digests]
        equal(other, [], "not bit by bit as sent")
        equal(sorted(same_when_read(context, path) for path in stored.values()),
              sorted(same_when_read(context, path) for path in as_it_is + converted),
              "attributes and pixels")
        equal(objects.inconsistencies(context.folder / "archive"), [], "folder and index")
    run.__name__ = f"dcmsend_{name}_to_archived"
    case(run)


dcmsend_quirk("plain", SYNTAXES, "-dn")
dcmsend_quirk("no_illegal_proposal", ["explicit", "implicit", "big"], "-dn", "-nip")
dcmsend_quirk("single_association", SYNTAXES, "-dn", "-ma")
dcmsend_quirk("no_uid_checks", SYNTAXES, "-dn", "-nuc")
dcmsend_quirk("small_pdu", SYNTAXES, "-dn", "-pdu", "4096", "--max-send-pdu", "4096")
dcmsend_quirk("decompress", ["explicit", "implicit", "rle"], "+dls", "-nip")


@case
def dcmsend_of_legal_oddities(context):
    """What is odd but legal is taken. dcmsend writes sequences anew, so what is read is compared; it
    drops trailing padding, believes the meta header, and does not read files without one."""
    odd = context.odd_objects()
    sent = [path for path in files(odd / "legal")
            if path.stem not in ("no-preamble", "no-meta-header", "trailing-padding",
                                 "meta-differs")]
    with context.archived() as server:
        context.run("dcmsend", "-aec", "ARCHIVE", "-dn", "-nuc", "127.0.0.1", server.port, *sent)
    stored = objects.stored_files(context.folder / "archive")
    equal(sorted(same_when_read(context, path) for path in stored.values()),
          sorted(same_when_read(context, path) for path in sent), "attributes and pixels")
    equal(objects.inconsistencies(context.folder / "archive"), [], "folder and index")


@case
def dcmsend_twice_is_one_copy(context):
    sent = files(context.objects(10))
    with context.archived() as server:
        for _ in range(2):
            context.run("dcmsend", "-aec", "ARCHIVE", "127.0.0.1", server.port, *sent)
        stored_as_sent(context, sent)


@case
def storescu_aborted_leaves_nothing(context):
    """storescu --abort ends with A-ABORT instead of a release; what was answered is there."""
    made = context.objects(5)
    with context.archived() as server:
        context.run("storescu", "-aec", "ARCHIVE", "+sd", "+r", "--abort", "127.0.0.1", server.port,
                    made)
        stored_as_sent(context, files(made))


@case
def findscu_to_archived(context):
    made = context.objects(240, "--per-series", 5)
    with context.archived() as server:
        context.run("dcmsend", "-aec", "ARCHIVE", "127.0.0.1", server.port, *files(made))

        def answers(*keys, model="-S"):
            out = context.run("findscu", "-aec", "ARCHIVE", model, "-X", "-od",
                              context.folder / "answers",
                              *[word for key in keys for word in ("-k", key)], "127.0.0.1",
                              server.port)
            assert "error" not in out.lower(), out
            found = files(context.folder / "answers")
            for path in found:
                path.unlink()
            return len(found)

        (context.folder / "answers").mkdir()
        equal(answers("QueryRetrieveLevel=STUDY", "StudyInstanceUID", "PatientName"), 24, "studies")
        equal(answers("QueryRetrieveLevel=PATIENT", "PatientID", model="-P"), 12, "patients")
        study = context.ours("pacs-find", server.address, "StudyInstanceUID")[0]["StudyInstanceUID"]
        equal(answers("QueryRetrieveLevel=SERIES", f"StudyInstanceUID={study}",
                      "SeriesInstanceUID"), 2, "series of a study")
        series = context.ours("pacs-find", server.address, "--level", "series",
                              f"StudyInstanceUID={study}", "SeriesInstanceUID")[0]
        equal(answers("QueryRetrieveLevel=IMAGE", f"StudyInstanceUID={study}",
                      f"SeriesInstanceUID={series['SeriesInstanceUID']}", "SOPInstanceUID"), 5,
              "instances of a series")
        equal(answers("QueryRetrieveLevel=STUDY", "PatientID=T1-00000?", "StudyInstanceUID"), 20,
              "studies by wildcard")
        equal(answers("QueryRetrieveLevel=STUDY", "StudyDate=18000101-18991231"), 0,
              "studies of another century")
