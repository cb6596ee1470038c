// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

/** The three kinds of board with OP-TEE, for tests of what must be the same on all. */
public enum Boards {
    /** Behind FF-A, memory is lent. */
    FFA,
    /** With its own interface, memory is lent. */
    SMC,
    /** With its own interface, and memory of its own. */
    STATIC;

    /** Boots one. */
    public TestMachine boot() {
        return switch (this) {
            case FFA -> TestMachine.ffa().boot();
            case SMC -> TestMachine.smc().boot();
            case STATIC -> TestMachine.fixed().boot();
        };
    }

    /** The first client on it. */
    public TeeClient client(TestMachine machine) {
        return switch (this) {
            case FFA -> FfaTee.begin(machine);
            case SMC -> SmcTee.on(machine);
            case STATIC -> SmcTee.fixed(machine);
        };
    }
}
