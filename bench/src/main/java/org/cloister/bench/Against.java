// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says beside what a benchmark is to be seen, and what it aims at. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Against {
    /**
     * The counter that is the score, for benchmarks that count score and peer themselves, in turns in each iteration;
     * empty when JMH's measure is. Then the ratio is the mean of those of all iterations, and has an error, too.
     */
    String score() default "";

    /** The peer: another benchmark of the same class, with the same parameters; or another counter. Empty when there is none. */
    String peer() default "";

    /** The score to stay at or below, in the unit of the benchmark; infinite for no such aim. */
    double atMost() default Double.POSITIVE_INFINITY;

    /** The percentile of the samples that is the score, for benchmarks in sample time; the mean when there is none. */
    double percentile() default Double.NaN;

    /** The ratio of score to peer's score to stay at or below; infinite for no such aim. */
    double ratioAtMost() default Double.POSITIVE_INFINITY;

    /** How many bytes one call may allocate on the Java heap; infinite for no such aim. */
    double bytesAtMost() default Double.POSITIVE_INFINITY;
}
