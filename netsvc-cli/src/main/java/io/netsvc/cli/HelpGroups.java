package io.netsvc.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The groups of a command's options, in the order in which they are shown, and lines to begin with.
 *
 * @param headings each with the names of its options
 * @param examples a line each
 */
record HelpGroups(Map<String, String> headings, List<String> examples) {

  /** {@return the groups of a command; empty for one that is short enough without} */
  static Optional<HelpGroups> of(String command) {
    return switch (command) {
      case "nc" -> Optional.of(nc());
      case "ss" -> Optional.of(ss());
      case "relay" -> Optional.of(relay());
      case "inetd" -> Optional.of(inetd());
      default -> Optional.empty();
    };
  }

  private static HelpGroups of(List<String> headings, String... examples) {
    var map = new LinkedHashMap<String, String>();
    for (int i = 0; i < headings.size(); i += 2) {
      map.put(headings.get(i), headings.get(i + 1));
    }
    return new HelpGroups(Collections.unmodifiableMap(map), List.of(examples));
  }

  private static HelpGroups nc() {
    return of(
        List.of(
            "Most used", "-l -k -u -U -z -v -n -w -N -q",
            "Addresses", "-4 -6 -p -s -r",
            "Input and output", "-C -d -i -t -W -F --output --hex-dump --pcap --append-output --progress",
            "Listening", "--exec --sh-exec --broker --chat --allow --deny --max-conns",
            "TLS", "--ssl --ssl-verify --ssl-cert --ssl-key --ssl-trustfile --ssl-servername --ssl-alpn",
            "Through a proxy", "-x -X -P --proxy-auth",
            "Socket", "-I -O -T -M -m -b -D -S -V",
            "Help", "-h"),
        "netsvc nc -zv 127.0.0.1 20-1024",
        "netsvc nc --ssl --ssl-verify imap.example.org imaps",
        "netsvc nc -kl --sh-exec 'date' 10093");
  }

  private static HelpGroups ss() {
    return of(
        List.of(
            "Most used", "-l -a -t -u -x -n -p -4 -6 --why",
            "Other sockets", "-w -d -M -S -N",
            "More of each", "-e -m -o",
            "Form", "-H -O -s --json",
            "Help", "-h -V"),
        "netsvc ss -tlnp",
        "netsvc ss -tn 'dst 192.0.2.0/24 and dport = :https'",
        "netsvc ss --why 8080");
  }

  private static HelpGroups relay() {
    return of(
        List.of(
            "Most used", "--once --max-connections --connect-timeout --idle-timeout -v --stats",
            "Clients and upstreams", "--allow --deny --least-connections --proxy-protocol",
            "Ends", "--half-close-timeout --stall-timeout --grace",
            "Tests and traces", "--fault --output --hex-dump --pcap --append-output",
            "Inside", "--transport --loops",
            "Help", "-h -V"),
        "netsvc relay 127.0.0.1:8080 10.0.0.1:80 10.0.0.2:80",
        "netsvc relay udp://:5353 udp://192.0.2.1:53",
        "netsvc relay --once tcp-listen://:9000 file:/tmp/received");
  }

  private static HelpGroups inetd() {
    return of(
        List.of(
            "Most used", "--check --strict --reload-on-change --grace",
            "Dialects", "--dialect --convert",
            "Control", "--control",
            "Help", "-h -V"),
        "netsvc inetd --check /etc/inetd.conf",
        "netsvc inetd --convert systemd /etc/inetd.conf");
  }
}
