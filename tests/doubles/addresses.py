"""Addresses that nothing may reach from here, in every spelling that some resolver or parser understands."""

REFUSED_HOSTS = [
    # The matrix in plain spellings.
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "100.100.100.200",
    "127.0.0.1", "127.255.255.254", "169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.1",
    "192.0.0.192", "192.168.0.1", "198.18.0.1", "198.19.255.255", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "168.63.129.16", "192.0.2.1", "198.51.100.1", "203.0.113.1",
    "[::]", "[::1]", "[::127.0.0.1]", "[::a9fe:a9fe]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:a9fe:a9fe]",
    "[::ffff:0:7f00:1]",
    "[0:0:0:0:0:ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::169.254.169.254]", "[64:ff9b:1::1]", "[2001::1]",
    "[2001:0:7f00:1::]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[fc00::1]", "[fd00:ec2::254]", "[fd12:3456::1]",
    "[fec0::1]", "[fe80::1]", "[fe80::1%25eth0]", "[fe80::1%25lo]", "[ff02::1]", "[2001:db8::1]", "[100::1]",
    # The same in spellings that the system's resolver understands.
    "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7F.1", "017700000001", "0177.0.0.1", "127.1", "127.0.1", "0",
    "2852039166", "0xa9fea9fe", "0xA9.0xFE.0xA9.0xFE", "169.254.43518", "10.1", "3232235521", "127.0.0.1.",
    "①②⑦.0.0.1", "\uff11\uff12\uff17.0.0.1", "127。0。0。1",
    # Names.
    "localhost", "localhost.", "LOCALHOST", "metadata.google.internal", "METADATA.google.internal.", "metadata",
]  # fmt: skip
REFUSED_URLS = [
    "ftp://public.example/", "file:///etc/passwd", "gopher://public.example/", "unix:///run/x.sock", "//public.example",
    "public.example", "", "http://", "http:///path", "javascript:alert(1)", "http+unix://%2Frun%2Fx.sock/",
    "http://user@public.example/", "http://user:word@public.example/", "http://public.example:22/",
    "http://public.example:6379/", "http://public.example:8080/", "http://public.example:99999/", "http://a b/",
    "http://public.example\t/", "http://public.example\r\nX: y/", "http://ex%61mple.com/", "http://-/", "http://[::1/",
    "http://public.example@127.0.0.1/", "http://127.0.0.1#@public.example/", "http://127.0.0.1\\@public.example:22/",
    "https://public.example/" + "x" * 9_000,
]  # fmt: skip
# Not even a provider whose owner allowed private addresses may reach these.
EVER_CLOSED = [
    "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "[fe80::1]", "metadata.google.internal",
    "0.0.0.0", "[fd00:ec2::254]", "[::ffff:127.0.0.1]", "224.0.0.1",
]  # fmt: skip
