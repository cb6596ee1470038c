// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A method that checks one clause of the contract. Its one parameter says on what it runs: a {@link BackendBench} once, a
 * {@link PoolBench} or a {@link HeapBench} for each heap that the backend serves.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@TestTemplate
@ExtendWith(CheckExtension.class)
public @interface Check {
    /** {@return the clause: what a right backend does} */
    String clause();

    /** {@return what its author is to do when it does not} */
    String remedy();
}
