// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * The configuration of the page, checked.
 *
 * @param host where to listen
 * @param port the TCP port, or 0
 * @param token what lets change; empty when nothing does
 * @param names by which hosts browsers may call this one, in lower case
 * @param interval how often browsers are told
 */
record WebSettings(InetAddress host, int port, String token, Set<String> names, Duration interval) {
    private static final int LEAST_TOKEN = 16;
    private static final int LEAST_INTERVAL_MS = 100;

    static WebSettings read(WebConfiguration c) {
        InetAddress host;
        try {
            host = InetAddress.getByName(c.host());
        } catch (UnknownHostException e) {
            throw bad("host \"" + c.host() + "\"", "it has no address", "name one of this machine's, such as 127.0.0.1", e);
        }
        if (c.port() < 0 || c.port() > 65535) {
            throw bad("port " + c.port(), "ports are numbers from 0 to 65535", "choose another", null);
        }
        if (!c.token().isEmpty() && c.token().length() < LEAST_TOKEN) {
            throw bad("token", "it has less than " + LEAST_TOKEN + " characters, and could be guessed",
                    "choose a longer one at random, or none", null);
        }
        if (!host.isLoopbackAddress() && c.token().isEmpty()) {
            throw bad("host \"" + c.host() + "\"", "others than this machine could look at it, and there is no token",
                    "configure a token, or listen on 127.0.0.1", null);
        }
        if (c.interval_ms() < LEAST_INTERVAL_MS) {
            throw bad("interval.ms " + c.interval_ms(), "it is less than " + LEAST_INTERVAL_MS, "choose more", null);
        }
        Stream<String> own = host.isLoopbackAddress() ? Stream.of("localhost", "127.0.0.1", "[::1]")
                : Stream.of(c.host());
        return new WebSettings(host, c.port(), c.token(), Stream.concat(own, Stream.of(c.names()))
                .map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet()),
                Duration.ofMillis(c.interval_ms()));
    }

    private static HeapException bad(String which, String why, String remedy, Throwable cause) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "serve the page", which, why, remedy, cause);
    }

    /** Whether only this machine can reach it. */
    boolean isLocal() {
        return host.isLoopbackAddress();
    }

    @Override
    public String toString() {
        return "WebSettings[" + host + ":" + port + (token.isEmpty() ? ", read-only]" : ", with a token]");
    }
}
