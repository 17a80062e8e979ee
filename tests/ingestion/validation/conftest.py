"""Property tests of this room do not depend on the clock: a busy machine is no failure."""

from hypothesis import HealthCheck, settings

settings.register_profile("validation", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("validation")
