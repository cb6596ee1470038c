// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Properties by which the device tree tells of a heap: of a child of {@code /reserved-memory}, or of one of a firmware's
 * node.
 */
@ProviderType
public final class HeapProperties {
    /** A string: the name of the heap, where it is not that of mainline Linux. */
    public static final String HEAP_NAME = "cloister,heap-name";
    /** A string: the name of the use case. */
    public static final String USE_CASE = "cloister,use-case";
    /** A cell: the number of the use case. */
    public static final String USE_CASE_ID = "cloister,use-case-id";
    /** A list of strings: who may do what, in the form that {@link GrantList} reads. */
    public static final String GRANTS = "cloister,grants";

    private HeapProperties() {}
}
