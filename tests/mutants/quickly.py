"""A plugin for killing mutants: the first failing example is enough, and is not made smaller."""

from hypothesis import Phase, settings


def pytest_collection() -> None:
    """After the house's own settings were loaded, before any test is read."""
    settings.register_profile(
        "killing",
        settings.get_profile("house"),
        phases=(Phase.explicit, Phase.generate),
        report_multiple_bugs=False,
        print_blob=False,
    )
    settings.load_profile("killing")
