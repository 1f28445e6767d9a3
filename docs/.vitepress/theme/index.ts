import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import RunStep from './RunStep.vue'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('RunStep', RunStep)
  },
} satisfies Theme
