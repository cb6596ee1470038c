// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a bean, an attribute, an operation or a parameter is, for people. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER})
@interface Says {
    /** The text. */
    String value();
}
