"""The commands: one file a family, one error funnel, no heavy import at module level."""
