// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.StandardMBean;

/** An MXBean that describes itself with what its interface {@linkplain Says says}. */
final class DescribedBean extends StandardMBean {
    private final List<Method> methods;
    private final String text;

    <T> DescribedBean(T bean, Class<T> type) {
        super(bean, type, true);
        methods = List.of(type.getMethods());
        text = type.getAnnotation(Says.class).value();
    }

    private Optional<Method> method(String name) {
        return methods.stream().filter(method -> method.getName().equals(name)).findFirst();
    }

    private static String said(Optional<Says> says, String otherwise) {
        return says.map(Says::value).orElse(otherwise);
    }

    @Override
    protected String getDescription(MBeanInfo info) {
        return text;
    }

    @Override
    protected String getDescription(MBeanAttributeInfo info) {
        return said(method("get" + info.getName()).map(method -> method.getAnnotation(Says.class)), info.getName());
    }

    @Override
    protected String getDescription(MBeanOperationInfo info) {
        return said(method(info.getName()).map(method -> method.getAnnotation(Says.class)), info.getName());
    }

    @Override
    protected String getDescription(MBeanOperationInfo info, MBeanParameterInfo parameter, int sequence) {
        return said(method(info.getName()).flatMap(method -> Arrays.stream(method.getParameters()[sequence]
                .getAnnotationsByType(Says.class)).findFirst()), parameter.getName());
    }

    @Override
    protected int getImpact(MBeanOperationInfo info) {
        return MBeanOperationInfo.INFO;
    }
}
