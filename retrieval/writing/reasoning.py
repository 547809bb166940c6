"""What a model thinks before it answers, taken out of the stream of its words."""

from __future__ import annotations

# How models mark it: DeepSeek, Qwen and their like; Mistral; gpt-oss; Kimi.
_NAMES = ("think", "thinking", "thought", "reasoning", "analysis", "scratchpad")
_OPEN = (
    *(f"<{name}>" for name in _NAMES),
    "[think]",
    "◁think▷",
    "<|channel|>analysis<|message|>",
    "<|channel|>commentary<|message|>",
)
_CLOSE = (
    *(f"</{name}>" for name in _NAMES),
    "[/think]",
    "◁/think▷",
    "<|channel|>final<|message|>",
)
_DROP = ("<|end|>", "<|start|>assistant", "<|return|>", "<|im_end|>", "</s>", "<|eot_id|>")
_TAGS = (*_OPEN, *_CLOSE, *_DROP)
_FIRSTS = frozenset(tag[0] for tag in _TAGS)
RESET = "\x00"  # what stood before it was thought, though nothing said so


class ReasoningFilter:
    """Passes on what is not thought; the same for any cut of the same text into chunks.

    A closing tag whose opening one was part of the prompt leaves ``RESET`` in the text.

    >>> one = ReasoningFilter()
    >>> one.feed("<thi") + one.feed("nk>Let me see.</think>Yes") + one.finish()
    'Yes'
    """

    def __init__(self) -> None:
        self._buffer = ""
        self._inside = False

    def feed(self, chunk: str) -> str:
        """What can be passed on now that ``chunk`` has come."""
        self._buffer += chunk.replace(RESET, "")
        return self._visible(final=False)

    def finish(self) -> str:
        """What is left when nothing more comes."""
        return self._visible(final=True)

    def _visible(self, *, final: bool) -> str:
        passed: list[str] = []
        text, at = self._buffer, 0
        while at < len(text):
            start = next((i for i in range(at, len(text)) if text[i] in _FIRSTS), len(text))
            if not self._inside:
                passed.append(text[at:start])
            at = start
            if at == len(text):
                break
            rest = text[at : at + _LONGEST].lower()
            tag = next((tag for tag in _TAGS if rest.startswith(tag)), None)
            if tag is not None:
                passed.append(self._entered(tag))
                at += len(tag)
            elif not final and any(tag.startswith(rest) for tag in _TAGS):
                break  # it may become a tag
            else:
                if not self._inside:
                    passed.append(text[at])
                at += 1
        self._buffer = text[at:]
        return "".join(passed)

    def _entered(self, tag: str) -> str:
        if tag in _OPEN:
            self._inside = True
        elif tag in _CLOSE:
            was_open, self._inside = self._inside, False
            return "" if was_open else RESET
        return ""


_LONGEST = max(map(len, _TAGS))
