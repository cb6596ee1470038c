// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What the checks of a class are about, in the words of a report. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Category {
    /** {@return such as {@code "double free"}} */
    String value();
}
