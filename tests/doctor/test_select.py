"""Which checks are run: by id, by family, by slug; a word that means none is told, with the nearest that does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.select import selected
from mnemo_cli.errors import UsageError

CHECKS = {"FD001": "fd-soft-low", "FD003": "fd-usage", "PR001": "nproc", "CG001": "group-unlimited"}


@pytest.mark.parametrize(
    ("select", "ignore", "left"),
    [
        ([], [], {"FD001", "FD003", "PR001", "CG001"}),
        (["FD"], [], {"FD001", "FD003"}),
        (["fd"], [], {"FD001", "FD003"}),
        (["FD00"], [], {"FD001", "FD003"}),
        (["FD003"], [], {"FD003"}),
        (["fd-usage"], [], {"FD003"}),
        (["FD-Usage"], [], {"FD003"}),
        (["FD001,nproc"], [], {"FD001", "PR001"}),
        (["FD001", " nproc , CG"], [], {"FD001", "PR001", "CG001"}),
        (["FD,FD001"], [], {"FD001", "FD003"}),
        ([], ["FD"], {"PR001", "CG001"}),
        (["FD"], ["fd-usage"], {"FD001"}),
        ([], ["FD", "PR", "PR001"], {"CG001"}),
    ],
)
def test_what_is_selected_and_not_ignored_is_left(select, ignore, left):
    assert selected(CHECKS, select=select, ignore=ignore) == left


@pytest.mark.parametrize(
    ("select", "ignore", "message"),
    [
        (["FD03"], [], "--select: there is no check 'FD03'; did you mean FD003?"),
        (["fd-usgae"], [], "--select: there is no check 'fd-usgae'; did you mean fd-usage?"),
        ([], ["PX"], "--ignore: there is no check 'PX'; did you mean PR?"),
        (["???"], [], "--select: there is no check '???'; the families are CG FD PR"),
        (["a\x1b"], [], "--select: there is no check 'a\\x1b'; the families are CG FD PR"),
        (["FD", ""], [], "--select is empty; name checks by id, family or slug, such as FD003, FD or fd-usage"),
        ([], [" , "], "--ignore is empty; name checks by id, family or slug, such as FD003, FD or fd-usage"),
        (["FD"], ["FD"], "--select and --ignore leave no check; nothing would be looked at"),
        ([], ["FD,PR,CG"], "--ignore leaves no check; nothing would be looked at"),
    ],
)
def test_a_word_that_means_nothing_is_told(select, ignore, message):
    with pytest.raises(UsageError) as raised:
        selected(CHECKS, select=select, ignore=ignore)
    assert str(raised.value) == message


@given(select=st.lists(st.text(max_size=8), max_size=3), ignore=st.lists(st.text(max_size=8), max_size=3))
def test_any_words_leave_checks_or_are_refused(select, ignore):
    try:
        left = selected(CHECKS, select=select, ignore=ignore)
    except UsageError as error:
        assert str(error).startswith(("--select", "--ignore"))
    else:
        assert left and left <= set(CHECKS)
