// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;

/**
 * Decides which requests are heard. A page of somebody else, open in the same browser, must neither read nor change
 * anything, nor must one that gave itself this machine's address (DNS rebinding):
 *
 * <ul>
 *   <li>the host that a request names must be one of ours,
 *   <li>what is read for scripts is not given to other sites, by {@code Sec-Fetch-Site},
 *   <li>a change has to come from our own page ({@code Origin}), as JSON, which makes browsers ask before other sites may
 *       send it, and with the token in a header, which browsers never add by themselves.
 * </ul>
 *
 * <p>Immutable and safe for use by any thread.
 */
final class Gatekeeper {
    static final int FORBIDDEN = 403;
    static final int UNAUTHORISED = 401;
    static final int MISDIRECTED = 421;
    static final int UNSUPPORTED = 415;

    private static final String BEARER = "Bearer ";
    private static final Set<String> OWN = Set.of("same-origin", "none");

    private final WebSettings settings;
    private final int port;

    /** @param port the one that is listened on */
    Gatekeeper(WebSettings settings, int port) {
        this.settings = settings;
        this.port = port;
    }

    /** Every request: it must name this host. */
    void requireHost(Headers headers) throws Refusal {
        String host = String.valueOf(headers.getFirst("Host")).toLowerCase(Locale.ROOT);
        boolean known = settings.names().stream().anyMatch(
                name -> host.equals(name + ":" + port) || port == 80 && host.equals(name));
        if (!known) {
            throw new Refusal(MISDIRECTED, "this is not the host that was asked for");
        }
    }

    /** What scripts read. */
    void requireReader(Headers headers) throws Refusal {
        requireOwnSite(headers);
        if (!settings.isLocal()) {
            requireToken(headers);
        }
    }

    /** What changes something. */
    void requireController(Headers headers) throws Refusal {
        requireOwnSite(headers);
        String origin = headers.getFirst("Origin");
        if (origin != null && !origin.equalsIgnoreCase("http://" + headers.getFirst("Host"))) {
            throw new Refusal(FORBIDDEN, "pages of others may not change anything");
        }
        if (settings.token().isEmpty()) {
            throw new Refusal(FORBIDDEN, "the page is read-only: no token is configured");
        }
        requireToken(headers);
        String type = String.valueOf(headers.getFirst("Content-Type"));
        if (!type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
            throw new Refusal(UNSUPPORTED, "changes are asked for as application/json");
        }
    }

    private static void requireOwnSite(Headers headers) throws Refusal {
        String site = headers.getFirst("Sec-Fetch-Site");
        if (site != null && !OWN.contains(site)) {
            throw new Refusal(FORBIDDEN, "this is for the page itself, not for other sites");
        }
    }

    private void requireToken(Headers headers) throws Refusal {
        String given = headers.getFirst("Authorization");
        if (given == null || !given.startsWith(BEARER) || !MessageDigest.isEqual(
                given.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8),
                settings.token().getBytes(StandardCharsets.UTF_8))) {
            throw new Refusal(UNAUTHORISED, "the token is missing or wrong");
        }
    }
}
