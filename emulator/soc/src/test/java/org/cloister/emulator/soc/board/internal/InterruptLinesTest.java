// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.cloister.platform.Interrupts.Listening;
import org.junit.jupiter.api.Test;

class InterruptLinesTest {
    private final InterruptLines lines = new InterruptLines();
    private final List<String> heard = new ArrayList<>();

    @Test
    void eachRaiseIsHeardByEachInOrder() {
        lines.listen(5, Runnable::run, () -> heard.add("one"));
        lines.listen(5, Runnable::run, () -> heard.add("two"));
        lines.raise(5);
        lines.raise(5);
        assertThat(heard).containsExactly("one", "two", "one", "two");
        assertThat(lines.raised(5)).isEqualTo(2);
    }

    @Test
    void otherLinesAreNotHeard() {
        lines.listen(5, Runnable::run, () -> heard.add("five"));
        lines.raise(6);
        assertThat(heard).isEmpty();
        assertThat(lines.raised(5)).isZero();
    }

    @Test
    void raisesThatNobodyHeardAreKeptAsOneForTheFirst() {
        lines.raise(0);
        lines.raise(0);
        lines.listen(0, Runnable::run, () -> heard.add("first"));
        lines.listen(0, Runnable::run, () -> heard.add("second"));
        assertThat(heard).containsExactly("first");
        assertThat(lines.raised(0)).isEqualTo(2);
    }

    @Test
    void whoeverStoppedListeningHearsNothing() {
        Runnable handler = () -> heard.add("x");
        Listening one = lines.listen(1, Runnable::run, handler);
        Listening two = lines.listen(1, Runnable::run, handler);
        one.close();
        one.close();
        lines.raise(1);
        assertThat(heard).containsExactly("x");
        two.close();
        lines.raise(1);
        assertThat(heard).containsExactly("x");
    }

    @Test
    void handlersRunWhereTheirExecutorSays() {
        List<Runnable> later = new ArrayList<>();
        lines.listen(1, later::add, () -> heard.add("later"));
        lines.raise(1);
        assertThat(heard).isEmpty();
        later.forEach(Runnable::run);
        assertThat(heard).containsExactly("later");
    }

    @Test
    void aHandlerMayRaiseAndListen() {
        lines.listen(1, Runnable::run, () -> lines.raise(2));
        lines.listen(2, Runnable::run, () -> {
            heard.add("two");
            lines.listen(3, Runnable::run, () -> heard.add("three"));
        });
        lines.raise(1);
        lines.raise(3);
        assertThat(heard).containsExactly("two", "three");
    }

    @Test
    void refusesWhatIsNoLineOrNobody() {
        Executor nobody = null;
        Runnable nothing = null;
        assertThatIllegalArgumentException().isThrownBy(() -> lines.raise(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> lines.raised(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> lines.listen(-1, Runnable::run, () -> { }));
        assertThatNullPointerException().isThrownBy(() -> lines.listen(1, nobody, () -> { }));
        assertThatNullPointerException().isThrownBy(() -> lines.listen(1, Runnable::run, nothing));
    }
}
