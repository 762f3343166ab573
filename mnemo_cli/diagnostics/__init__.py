"""Everything that is needed to explain a death, in one tarball that is safe to hand to a stranger.

collector      what a collector is: a card, and a generator of the members it puts into the bundle
feed, intake   a collector at work in a thread of its own; what it delivers in time
head_and_tail  the cap of one member
programs       programs that collectors run
run            source → cap → redactor → compressor → archive
report         what became of each
manifest, summary    what the bundle says of itself
bundle         all of this, from beginning to end
extent         the target's processes; how large a member may be
preview        what a bundle would hold
archive        the tarball: written without a temporary tree, read without unpacking
redaction      secrets, names and addresses out of it, or the member stays out

What collectors are made of:

collectors     one file per kind of evidence
reading        a file in chunks, head and tail; `members` as members of the bundle
process_row    one process as a line; `program_words` its command line without its arguments
own_lines, node_report    our own log, and a report of Node's, without command lines
"""
