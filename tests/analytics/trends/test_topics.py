"""Topics that emerge: what was planted is found with its messages, and next to nothing else."""

from __future__ import annotations

import numpy as np

from analytics.trends.messages.topics import LEAST, emerging

WORDS = [
    a + b for a in "路灯水电垃圾物业学校公交停车噪声" for b in "坏了停了不亮太吵没人管收费乱放"
]
Message = tuple[str, str]


def _messages(rng: np.random.Generator, count: int) -> list[Message]:
    """Texts of made-up words, some of them much more common than others."""
    weights = 1 / np.arange(1, len(WORDS) + 1)
    weights /= weights.sum()
    made = []
    for _ in range(count):
        drawn = rng.choice(WORDS, 12, p=weights)
        made.append((drawn[0], "，".join(drawn[1:])))
    return made


def _with(messages: list[Message], phrase: str, which: list[int]) -> list[Message]:
    return [
        (subject, f"{body}。{phrase}，请处理") if at in which else (subject, body)
        for at, (subject, body) in enumerate(messages)
    ]


def test_a_planted_topic_is_found_with_its_messages():
    rng = np.random.default_rng(1)
    earlier, recent = _messages(rng, 600), _messages(rng, 80)
    about = list(range(0, 80, 8))
    told = _with(recent, "共享单车堵住盲道", about)
    [topic, *others] = emerging([*earlier, *told], [False] * 600 + [True] * 80)
    assert topic.words[0] in "共享单车堵住盲道" and len(topic.words[0]) == 8
    assert topic.messages == tuple(600 + at for at in about)
    assert topic.usual < 1 and topic.p < 1e-6
    assert len(others) <= 1


def test_what_people_wrote_before_as_well_is_not_new():
    rng = np.random.default_rng(2)
    earlier, recent = _messages(rng, 600), _messages(rng, 80)
    every = _with([*earlier, *recent], "共享单车堵住盲道", list(range(0, 680, 8)))
    found = emerging(every, [False] * 600 + [True] * 80)
    assert not [t for t in found if any("共享单车" in word for word in t.words)]


def test_where_nothing_is_new_next_to_nothing_is_found():
    rng = np.random.default_rng(3)
    found = [bool(emerging(_messages(rng, 400), [False] * 330 + [True] * 70)) for _ in range(40)]
    assert sum(found) <= 3, sum(found)


def test_few_recent_messages_or_no_earlier_ones_have_no_topics():
    rng = np.random.default_rng(4)
    some = _messages(rng, 20)
    assert emerging(some, [True] * 20) == []
    assert emerging(some, [False] * (21 - LEAST) + [True] * (LEAST - 1)) == []
    assert emerging([], []) == []
    assert emerging([("", "")] * 30, [False] * 20 + [True] * 10) == []
