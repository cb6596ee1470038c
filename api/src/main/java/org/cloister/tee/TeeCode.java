// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import org.osgi.annotation.versioning.ProviderType;

/** Return codes of GlobalPlatform's TEE specifications. A trusted application may return others. */
@ProviderType
public final class TeeCode {
    /** Done. */
    public static final int SUCCESS = 0;
    /** No closer reason. */
    public static final int GENERIC = 0xFFFF0000;
    /** Access denied. */
    public static final int ACCESS_DENIED = 0xFFFF0001;
    /** Cancelled. */
    public static final int CANCEL = 0xFFFF0002;
    /** Concurrent access that conflicts. */
    public static final int ACCESS_CONFLICT = 0xFFFF0003;
    /** More data than wanted. */
    public static final int EXCESS_DATA = 0xFFFF0004;
    /** Data in a wrong format. */
    public static final int BAD_FORMAT = 0xFFFF0005;
    /** Parameters that are wrong. */
    public static final int BAD_PARAMETERS = 0xFFFF0006;
    /** Wrong in the present state. */
    public static final int BAD_STATE = 0xFFFF0007;
    /** Nothing by that name. */
    public static final int ITEM_NOT_FOUND = 0xFFFF0008;
    /** Not implemented. */
    public static final int NOT_IMPLEMENTED = 0xFFFF0009;
    /** Not supported. */
    public static final int NOT_SUPPORTED = 0xFFFF000A;
    /** Data missing. */
    public static final int NO_DATA = 0xFFFF000B;
    /** No memory left. */
    public static final int OUT_OF_MEMORY = 0xFFFF000C;
    /** Busy. */
    public static final int BUSY = 0xFFFF000D;
    /** Communication failed. */
    public static final int COMMUNICATION = 0xFFFF000E;
    /** A security violation. */
    public static final int SECURITY = 0xFFFF000F;
    /** The output did not fit; the parameter's size says how much is wanted. */
    public static final int SHORT_BUFFER = 0xFFFF0010;
    /** The trusted application panicked. */
    public static final int TARGET_DEAD = 0xFFFF3024;

    private TeeCode() {}

    /**
     * The name of a code, with its number, for people.
     *
     * @param code any code
     * @return such as {@code "BAD_PARAMETERS (0xFFFF0006)"}
     */
    public static String name(int code) {
        String name = switch (code) {
            case SUCCESS -> "SUCCESS";
            case GENERIC -> "GENERIC";
            case ACCESS_DENIED -> "ACCESS_DENIED";
            case CANCEL -> "CANCEL";
            case ACCESS_CONFLICT -> "ACCESS_CONFLICT";
            case EXCESS_DATA -> "EXCESS_DATA";
            case BAD_FORMAT -> "BAD_FORMAT";
            case BAD_PARAMETERS -> "BAD_PARAMETERS";
            case BAD_STATE -> "BAD_STATE";
            case ITEM_NOT_FOUND -> "ITEM_NOT_FOUND";
            case NOT_IMPLEMENTED -> "NOT_IMPLEMENTED";
            case NOT_SUPPORTED -> "NOT_SUPPORTED";
            case NO_DATA -> "NO_DATA";
            case OUT_OF_MEMORY -> "OUT_OF_MEMORY";
            case BUSY -> "BUSY";
            case COMMUNICATION -> "COMMUNICATION";
            case SECURITY -> "SECURITY";
            case SHORT_BUFFER -> "SHORT_BUFFER";
            case TARGET_DEAD -> "TARGET_DEAD";
            default -> "code";
        };
        return "%s (0x%08X)".formatted(name, code);
    }
}
