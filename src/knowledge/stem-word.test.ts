import { expect, it } from 'vitest'
import { stemWord } from './stem-word.ts'

it.each([
  'task tasks', 'reply replies replied', 'stop stops stopped stopping', 'box boxes', 'deploy deploys deployed deploying',
  'configure configures configured', 'message messages', 'class classes', 'status', 'bus',
  'задача задачи задачу задачами задачах', 'купить купил купила', 'отчет отчета отчетом отчеты', 'новый новая новые нового',
  'ремонт ремонта ремонтом', 'бесплатный бесплатно', 'устройство устройства устройств',
])('gives one stem to: %s', (forms) => {
  expect(new Set(forms.split(' ').map(stemWord)).size).toBe(1)
}) // prettier-ignore

it.each(['task tax', 'form farm', 'кот кит', 'счет счастье', '42 421'])('keeps apart: %s', (pair) => {
  expect(new Set(pair.split(' ').map(stemWord)).size).toBe(2)
})
