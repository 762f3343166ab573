"""Recordings (FILE.mnr): every sample of a watch in a few hundred bytes each, readable whatever ends the watch.

    FILE.mnr    gzip members, one after the other; unpacked, they are lines of JSON (mnemo.recording/1)
    a member    a header, a whole sample (mnemo.sample/1), and for each further sample what has changed; events
    a line      ends with a check: the CRC-32 of everything from the header to it

recorder  writes moments, begins members and files, and says once why it cannot go on
file      a file that is a whole gzip file after each write, and one that was there before is never overwritten
member    lines to bytes of a gzip member that can be closed at any time
sealed    a line and its check
frame     what changes are reckoned of: a sample without what follows from the rest of it
change    what changed between two documents, and a document with a change

Reading is in recording/reading: `packed` and `parts`.
"""
