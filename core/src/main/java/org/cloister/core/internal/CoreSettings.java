// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * The configuration of core, checked.
 *
 * @param preferences for a heap's name, the ids of the only backends that may serve it, in order
 * @param policies what becomes of live buffers when the backend of a heap leaves, by the heap's name
 * @param drainDeadline how long buffers of a backend that left stay usable, where there is no policy for the heap;
 *     empty means until they are released
 * @param callLimit how long a call of a backend may last
 * @param invalidateLimit how long an importer may take to let go
 * @param bundleQuotas bytes by symbolic name, or {@link Quotas#ANY}
 * @param useCaseQuotas bytes by the name of the use case
 * @param sites which allocation sites are kept
 */
record CoreSettings(
        Map<String, List<String>> preferences,
        Map<String, DrainPolicy> policies,
        Optional<Duration> drainDeadline,
        Duration callLimit,
        Duration invalidateLimit,
        Map<String, Long> bundleQuotas,
        Map<String, Long> useCaseQuotas,
        Sites.Mode sites) {

    /** What becomes of live buffers when the heap's backend leaves. */
    DrainPolicy policy(String heap) {
        return policies.getOrDefault(heap, new DrainPolicy(false, drainDeadline));
    }

    /** Reads {@code "protected,secure-video=move:2000"}. */
    static Map<String, DrainPolicy> policies(String[] lines) {
        var result = new HashMap<String, DrainPolicy>();
        for (String line : lines) {
            String[] parts = split(line, "drain.policies", DrainPolicy.EXAMPLE);
            DrainPolicy policy = DrainPolicy.parse(parts[1]).orElseThrow(() -> bad(line, "drain.policies",
                    "\"" + parts[1] + "\" is no policy; there are drain, revoke:MS, move and move:MS",
                    DrainPolicy.EXAMPLE));
            if (result.put(Registry.canonical(parts[0]), policy) != null) {
                throw bad(line, "drain.policies", "another line names the same heap", DrainPolicy.EXAMPLE);
            }
        }
        return Map.copyOf(result);
    }

    /** Reads {@code "protected,secure-video=optee,carveout"}. */
    static Map<String, List<String>> preferences(String[] lines) {
        var result = new HashMap<String, List<String>>();
        for (String line : lines) {
            String[] parts = split(line, "heap.backends", "protected,secure-video=optee,carveout");
            List<String> ids = Arrays.stream(parts[1].split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
            if (ids.isEmpty()) {
                throw bad(line, "heap.backends", "it names no backend", "protected,secure-video=optee,carveout");
            }
            if (result.put(Registry.canonical(parts[0]), ids) != null) {
                throw bad(line, "heap.backends", "another line names the same heap",
                        "protected,secure-video=optee,carveout");
            }
        }
        return Map.copyOf(result);
    }

    /** Reads {@code "org.acme.player=268435456"}. */
    static Map<String, Long> quotas(String[] lines, String option) {
        var result = new HashMap<String, Long>();
        for (String line : lines) {
            String[] parts = split(line, option, "secure-video=268435456");
            try {
                if (result.put(parts[0], bytes(parts[1])) != null) {
                    throw bad(line, option, "another line has the same name", "secure-video=268435456");
                }
            } catch (NumberFormatException e) {
                throw bad(line, option, "\"" + parts[1] + "\" is no number of bytes", "secure-video=268435456");
            }
        }
        return Map.copyOf(result);
    }

    /** Decimal, or hexadecimal after 0x; never octal, and never negative. */
    private static long bytes(String text) {
        boolean hexadecimal = text.regionMatches(true, 0, "0x", 0, 2);
        String digits = hexadecimal ? text.substring(2) : text;
        if (digits.startsWith("-") || digits.startsWith("+")) {
            throw new NumberFormatException(text);
        }
        return Long.parseLong(digits, hexadecimal ? 16 : 10);
    }

    /** Checks a time. */
    static Duration milliseconds(String option, long value, long least) {
        if (value < least) {
            throw bad(Long.toString(value), option, "it is less than " + least, Long.toString(least));
        }
        return Duration.ofMillis(value);
    }

    private static String[] split(String line, String option, String example) {
        int at = line.lastIndexOf('=');
        String name = line.substring(0, Math.max(0, at)).strip();
        String value = line.substring(at + 1).strip();
        if (name.isEmpty() || value.isEmpty()) {
            throw bad(line, option, "it is not of the form name=value", example);
        }
        return new String[] {name, value};
    }

    private static HeapException bad(String line, String option, String why, String example) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "configure core", option + " \"" + line + "\"", why,
                "write it like \"" + example + "\"");
    }
}
