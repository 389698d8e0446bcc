"""``example-broken``: a plug-in whose own dependency is not there."""

import a_package_that_nobody_has

Broken = a_package_that_nobody_has.Metric
