// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What becomes of live buffers when the backend of their heap leaves.
 *
 * @param move whether they are moved to the backend that takes over, where both can do that
 * @param deadline after how long those that are left are revoked; empty means never
 */
record DrainPolicy(boolean move, Optional<Duration> deadline) {
    /** How one is written. */
    static final String EXAMPLE = "protected,secure-video=move:2000";

    private static final Pattern WORDS = Pattern.compile("drain|(revoke|move):(\\d{1,18})|move");

    /** Reads {@code drain}, {@code revoke:MS}, {@code move}, {@code move:MS}; empty when it is none of them. */
    static Optional<DrainPolicy> parse(String text) {
        Matcher words = WORDS.matcher(text);
        if (!words.matches()) {
            return Optional.empty();
        }
        Optional<Duration> deadline = Optional.ofNullable(words.group(2)).map(Long::parseLong).map(Duration::ofMillis);
        return Optional.of(new DrainPolicy(text.startsWith("move"), deadline));
    }
}
