"""A page for each rule: fixed headings, all of it from the rule file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fulfil_analytics.rulebook.header import Example
from fulfil_analytics.rulebook.model import Rule

_HEADINGS = {
    "en": {
        "what": "What it finds",
        "why": "Why it matters",
        "not": "When it is not raised",
        "wrong": "What could make it wrong",
        "params": "Parameters",
        "examples": "Examples",
        "keep": "Evidence to keep",
        "sources": "Sources",
        "none": "None.",
        "param_row": "name | value | set by | meaning",
        "facts": "family | severity | evidence | judges",
        "says": "It says",
        "untestable": "Not testable",
        "excused": "Excused",
        "given": "Every example holds:",
        "flags": "flags",
        "nothing": "flags nothing",
        "explained": "Raised, but folded under the finding of one of these on the same order",
        "tried": "tried on each case",
        "not_tried": "no file can show it",
    },
    "zh": {
        "what": "发现什么",
        "why": "为何重要",
        "not": "何时不报",
        "wrong": "可能的误判",
        "params": "参数",
        "examples": "示例",
        "keep": "应保留的证据",
        "sources": "来源",
        "none": "无。",
        "param_row": "名称 | 值 | 来自 | 含义",
        "facts": "类别 | 严重程度 | 证据 | 判定对象",
        "says": "提示语",
        "untestable": "无法判定",
        "excused": "豁免",
        "given": "每个示例均含:",
        "flags": "报出",
        "nothing": "不报",
        "explained": "仍会报出,但归入同一订单中以下规则的发现",
        "tried": "每次都会核对",
        "not_tried": "文件无法判断",
    },
}


def rule_page(rule: Rule, lang: str = "en") -> str:
    """Return the page of `rule` as Markdown.

    Parameters
    ----------
    rule : Rule
        The rule, with the parameters in force.
    lang : {"en", "zh"}
        Language of headings, title and message; what the rule file explains stays as it is written there.
    """
    words = _HEADINGS[lang]
    docs = rule.docs
    title = f"# {rule.title(lang)} (`{rule.id}`)" if rule.header.title else f"# `{rule.id}`"
    parts = [
        title,
        _table(words["facts"], [(rule.family, rule.severity, rule.evidence_class, rule.grain)]),
        f"{words['says']}: “{rule.message(lang)}”",
        f"## {words['what']}\n\n{docs.what}",
        f"## {words['why']}\n\n{docs.why}",
        f"## {words['not']}\n\n{_not_raised(rule, words)}",
        f"## {words['wrong']}\n\n{_innocent(rule, lang)}",
        f"## {words['params']}\n\n{_parameters(rule, words)}",
        f"## {words['examples']}\n\n" + "\n\n".join(_examples(rule, words)),
        f"## {words['keep']}\n\n{docs.evidence_to_keep}",
        f"## {words['sources']}\n\n{_bullets(docs.sources)}",
    ]
    return "\n\n".join(parts) + "\n"


def _not_raised(rule: Rule, words: dict[str, str]) -> str:
    lines = list(rule.docs.not_raised_when)
    lines += [f"{words['untestable']}: `{reason.reason}`" for reason in rule.not_testable]
    lines += [f"{words['untestable']}: `missing {column}`" for column in rule.requires]
    lines += [f"{words['excused']}: `{reason.reason}`" for reason in rule.excused]
    if rule.explained_by:
        lines.append(f"{words['explained']}: {', '.join(f'`{root}`' for root in rule.explained_by)}")
    return _bullets(lines)


def _innocent(rule: Rule, lang: str) -> str:
    words = _HEADINGS[lang]
    lines = [
        f"{getattr(item, lang)} ({words['tried'] if item.when else words['not_tried']})"
        for item in rule.docs.could_be_wrong
    ]
    return _bullets(lines)


def _bullets(lines: tuple[str, ...] | list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(header: str, rows: list[tuple[str, ...]]) -> str:
    names = header.split(" | ")
    body = [" | ".join(names), " | ".join("---" for _ in names)]
    body += [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in body)


def _parameters(rule: Rule, words: dict[str, str]) -> str:
    if not rule.params:
        return words["none"]
    return _table(
        words["param_row"],
        [(f"`{name}`", _shown(rule.values[name]), rule.origin[name], param.doc) for name, param in rule.params.items()],
    )


def _shown(value: object) -> str:
    return ", ".join(value) or "-" if isinstance(value, tuple) else str(value)


def _examples(rule: Rule, words: dict[str, str]) -> Iterator[str]:
    if rule.header.given:
        yield f"{words['given']}\n\n```text\n{_tables(rule.header.given)}\n```"
    for example in rule.examples:
        yield _example(example, words)


def _tables(texts: Mapping[str, str]) -> str:
    return "\n\n".join(f"{table}\n{text.strip()}" for table, text in texts.items())


def _example(example: Example, words: dict[str, str]) -> str:
    verdict = f"{words['flags']} {', '.join(example.flags)}" if example.flags else words["nothing"]
    notes = [f"{words['untestable']}: {key} ({reason})" for key, reason in example.not_testable.items()]
    notes += [f"{words['excused']}: {key} ({reason})" for key, reason in example.excused.items()]
    head = f"**{example.name}** — {'; '.join([verdict, *notes])}"
    return f"{head}\n\n```text\n{_tables(example.tables)}\n```" if example.tables else head
