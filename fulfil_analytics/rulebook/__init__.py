"""Rules: files that anyone can read, copy and edit; loaded, checked, tried on their own examples, explained."""

from fulfil_analytics.rulebook.docs import rule_page
from fulfil_analytics.rulebook.examples import ExampleResult, run_examples
from fulfil_analytics.rulebook.load import load_rules
from fulfil_analytics.rulebook.model import Rule, Rulebook
from fulfil_analytics.rulebook.skeleton import new_rule

__all__ = ["ExampleResult", "Rule", "Rulebook", "load_rules", "new_rule", "rule_page", "run_examples"]
