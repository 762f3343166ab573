"""The live dashboard of `mnemo monitor`.

keys       the key table: what each key does, and the help made from it
memory     what the view remembers: history, trends of processes, recent events
look       what the terminal can show: signs and colours, ASCII or not
spans      a line of the screen as styled words, cut to its width
bars       the bar with its edges, the sparkline, the history chart
processes  the process table and the order in which its columns give way
components what programs count themselves: queues, pools, caches
panels     the sections of the screen
frame      the whole screen for a width and a height, as a pure function
screen     the terminal: keys, resizing, drawing, restoring
"""
