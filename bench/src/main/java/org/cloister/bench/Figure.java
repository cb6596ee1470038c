// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What a benchmark came to.
 *
 * @param benchmark class and method
 * @param params its parameters
 * @param score the lower the better
 * @param error half of the 99.9 % confidence interval of the score
 * @param unit of score and error
 * @param peer the method beside which it is seen; empty when there is none
 * @param ratio score divided by the peer's; empty when there is none
 * @param ratioError half of the 99.9 % confidence interval of the ratio; empty when it was not measured
 * @param bytes what a call allocates on the Java heap; empty when it was not measured
 * @param target the aim in words; empty when there is none
 * @param met whether score, ratio and bytes are within the aim
 */
record Figure(String benchmark, Map<String, String> params, double score, double error, String unit, String peer,
        OptionalDouble ratio, OptionalDouble ratioError,
        OptionalDouble bytes, String target, boolean met) {

    /** One line for people. */
    String line() {
        String parameters = params.entrySet().stream().map(p -> p.getKey() + "=" + p.getValue())
                .collect(Collectors.joining(" "));
        String beside = ratio.isPresent() ? format("%6.2f x %s", ratio.getAsDouble(), peer) : "";
        if (ratioError.isPresent()) {
            beside = format("%6.3f ±%.3f x %s", ratio.getAsDouble(), ratioError.getAsDouble(), peer);
        }
        String aim = target.isEmpty() ? "" : (met ? "met: " : "missed: ") + target;
        String allocated = bytes.isPresent() ? format("%4.0f B/op", bytes.getAsDouble()) : "";
        return format("%-44s %-14s %9.1f ±%6.1f %-6s %-9s %-28s %s", benchmark, parameters, score, error, unit,
                allocated, beside, aim)
                .stripTrailing();
    }

    /** One JSON object. Names and parameters are identifiers and numbers, so nothing needs escaping. */
    String json() {
        String parameters = params.entrySet().stream()
                .map(p -> format("\"%s\":\"%s\"", p.getKey(), p.getValue())).collect(Collectors.joining(","));
        return format("{\"benchmark\":\"%s\",\"params\":{%s},\"score\":%s,\"error\":%s,\"unit\":\"%s\"", benchmark,
                parameters, number(score), number(error), unit)
                + format(",\"peer\":%s,\"ratio\":%s,\"ratioError\":%s,\"bytes\":%s,\"target\":%s,\"met\":%s}", text(peer),
                        number(ratio), number(ratioError), number(bytes), text(target),
                        target.isEmpty() ? "null" : met);
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? number(value.getAsDouble()) : "null";
    }

    private static String number(double value) {
        return Double.isFinite(value) ? format("%.3f", value) : "null";
    }

    private static String text(String value) {
        return value.isEmpty() ? "null" : "\"" + value + "\"";
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
