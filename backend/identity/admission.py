"""Whether an organisation lets in whoever came this way: asked at each sign-in, and of each open session again."""

from __future__ import annotations

from backend.identity.types import BY_LINK, BY_PASSWORD, Policy, Way


def admits(policy: Policy, way: Way) -> bool:
    """Tell whether the policy lets in who came that way.

    Where only providers let in, a link of the terminal that was opened after that is the way back in for the day when
    the provider is gone: whoever can make one reads the data anyway.
    """
    if way.kind == BY_LINK:
        since = policy.provider_only_since
        return not policy.provider_only or (since is not None and way.at >= since)
    if way.kind == BY_PASSWORD:
        return policy.local_accounts and not policy.provider_only
    if policy.tenants and way.tenant and way.tenant not in policy.tenants:
        return False
    return not policy.groups or not set(policy.groups).isdisjoint(way.groups)


def admits_support(policy: Policy, way: Way) -> bool:
    """Tell whether support that was let in by an owner may come that way: their tenant and groups are their own."""
    return admits(
        Policy(policy.local_accounts, policy.provider_only, provider_only_since=policy.provider_only_since), way
    )
