"""The live dashboard of `mnemo monitor`: moments come in, keys change what is chosen, frames go out.

What is shown:

view        everything that a frame is made of
frame       the whole screen for a width and a height, as a pure function
heading     its first lines, on every page
panels      the sections of the overview; `components` its line and box of what programs count
table       the processes: filter, order, columns
pages       the other five views, and one process alone
footer      its last line, and the help
look, spans, bars, boxes, sentences    signs and colours, styled words cut to a width, drawings, layout, words

What is remembered:

memory      history, trends of processes, rates, recent events; `fills` how full components were
kept        the moments to step back through; `held` which of them is shown

What a person does:

keys        the key table: what each key does, and the help made from it
keyboard    what the terminal sends, as names of keys
choice      everything that a key can change
interaction from one choice to the next; `dialogs` the questions, `seen` and `seeing` what can be chosen from
requests    what a key asks for beyond that; `aiming` holds fast the process that may get a signal, `acknowledged` the
            alerts that were seen

What is read for it:

asking      what the sampler is asked for; `closer_look` what is read only while its page is shown
screen      all of it together, on a `terminal`; `pace` how often
"""
