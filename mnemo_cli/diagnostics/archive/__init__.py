"""The bundle as a file: a .tar.gz that is written once, in one go, and read as a stream that is never unpacked.

Writing: each file is compressed into memory while it is made, since a tar's header comes first and tells the
size; then header and content follow as gzip members of their own. Concatenated gzip members are one gzip file
(RFC 1952, 2.2): tar, zcat and Python read it, and it can be cut back to the end of any whole file.

    spool         one file's content, compressed while it is made
    sink          where an archive goes: a file that appears when it is whole, or a stream
    writer        files one by one, and an end that fits a full disk

Reading, of our bundles and of any other tar:

    header        one file's header in a tar, written and parsed
    unpacked      gzip, bzip2, xz and plain streams, told apart by content, a piece at a time
    reader        the files of a tar, one after the other, within bounds
    kernel_logs   the members that are kernel logs
    verify        whether a bundle holds what it says
    shape         a JSON document against its schema
"""
