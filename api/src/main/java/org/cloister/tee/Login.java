// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import org.osgi.annotation.versioning.ProviderType;

/** As whom a client opens a session (GlobalPlatform: connection method). */
@ProviderType
public sealed interface Login {
    /** Nobody in particular. */
    Login PUBLIC = new Public();

    /** {@return the number of the method in a TEE's message} */
    int method();

    /** Nobody in particular. */
    record Public() implements Login {
        @Override
        public int method() {
            return 0;
        }
    }

    /**
     * The user that this process runs as.
     *
     * @param id the user's id
     */
    record User(int id) implements Login {
        @Override
        public int method() {
            return 1;
        }
    }

    /**
     * A group that this process belongs to.
     *
     * @param id the group's id
     */
    record Group(int id) implements Login {
        @Override
        public int method() {
            return 2;
        }
    }
}
