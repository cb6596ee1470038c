// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import java.util.Map;
import java.util.TreeMap;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaSession;
import org.cloister.emulator.optee.TrustedApplication;

/** A trusted application that is loaded. For the thread of the secure processor. */
final class Loaded {
    /** The most sessions of an application. */
    static final int MAX_SESSIONS = 32;

    final TrustedApplication application;
    final TaInstance instance;
    final Map<Integer, TaSession> sessions = new TreeMap<>();
    int loads = 1;
    boolean dead;

    Loaded(TrustedApplication application, TaInstance instance) {
        this.application = application;
        this.instance = instance;
    }
}
